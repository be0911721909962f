import { type Engine, load } from "stepsize";
import { casesOf } from "./cases.js";
import { copySpeed, measure, type Row } from "./measure.js";

export interface Host {
  readonly agent: string;
  readonly cores: number;
  readonly isolated: boolean;
  readonly wasm: string;
  readonly threads: string;
  /** GB/s of a copy in the cache, and of one that no cache holds. */
  readonly copy: readonly [small: number, large: number];
}

export type Message =
  | { readonly kind: "host"; readonly host: Host; readonly total: number }
  | { readonly kind: "row"; readonly row: Row }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly message: string };

export async function serve({ all }: { all: boolean }, reply: (message: Message) => void): Promise<void> {
  try {
    const first = await load();
    const twin = await load({ backend: "js" });
    const cores = navigator.hardwareConcurrency || 1;
    const threads = cores > 1 && first.backend === "wasm" ? await load({ threads: Math.min(4, cores) }) : undefined;
    const engines: Record<string, Engine> = {
      ...(first.backend === "wasm" && { WebAssembly: first }),
      ...(threads !== undefined && threads.threads > 1 && { [`WebAssembly, ${threads.threads} threads`]: threads }),
      "JavaScript twin": twin,
    };
    const cases = casesOf(all);
    const host: Host = {
      agent: navigator.userAgent,
      cores,
      isolated: globalThis.crossOriginIsolated === true,
      wasm: first.reason,
      threads: threads === undefined ? "one processor" : threads.reason,
      copy: [copySpeed(0.5), copySpeed(64)],
    };
    reply({ kind: "host", host, total: cases.length });
    for (const one of cases) {
      reply({ kind: "row", row: measure(one, engines) });
      await new Promise((resolve) => setTimeout(resolve));
    }
    threads?.dispose();
    reply({ kind: "done" });
  } catch (error) {
    reply({ kind: "failed", message: (error as Error).message });
  }
}
