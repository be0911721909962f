// Firefox (153) now and then never returns from `new Worker` in a worker, a few times in a hundred. So the page starts the workers of its workers,
// and passes on what they say.

/** What a worker asks of its page. */
interface Start {
  readonly url: string;
  readonly options: WorkerOptions | undefined;
  readonly port: MessagePort;
}

type ToStarted = { readonly message: unknown } | { readonly end: true };
type FromStarted = { readonly message: unknown } | { readonly error: string };

/** A worker of a page whose own workers the page starts, and ends with it; its program calls `startWorkersBy` with the first message. */
export class PageWorker extends Worker {
  readonly #started = new Set<Worker>();

  constructor(url: URL, options: WorkerOptions) {
    super(url, options);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => this.#start(data);
    this.postMessage(port2, [port2]);
  }

  override terminate(): void {
    super.terminate();
    for (const worker of this.#started) worker.terminate();
    this.#started.clear();
  }

  #start({ url, options, port }: Start): void {
    const worker = new Worker(url, options);
    this.#started.add(worker);
    const tell = (message: FromStarted) => port.postMessage(message);
    worker.onmessage = ({ data }) => tell({ message: data });
    worker.onerror = (event) => {
      event.preventDefault();
      tell({ error: event.message ?? "" });
    };
    port.onmessage = ({ data }: MessageEvent<ToStarted>) => {
      if ("message" in data) worker.postMessage(data.message);
      else {
        worker.terminate();
        this.#started.delete(worker);
        port.close();
      }
    };
  }
}

/** From now on, `new Worker` in this worker is what its page does. */
export function startWorkersBy(page: MessagePort): void {
  class Started extends EventTarget {
    readonly #port: MessagePort;

    constructor(url: URL | string, options?: WorkerOptions) {
      super();
      const { port1, port2 } = new MessageChannel();
      this.#port = port1;
      port1.onmessage = ({ data }: MessageEvent<FromStarted>) =>
        this.dispatchEvent(
          "error" in data ? new ErrorEvent("error", { message: data.error }) : new MessageEvent("message", { data: data.message }),
        );
      const start: Start = { url: new URL(url, self.location.href).href, options, port: port2 };
      page.postMessage(start, [port2]);
    }

    postMessage(message: unknown): void {
      this.#tell({ message });
    }

    terminate(): void {
      this.#tell({ end: true });
    }

    #tell(message: ToStarted): void {
      this.#port.postMessage(message);
    }
  }
  globalThis.Worker = Started as unknown as typeof Worker;
}
