/** What computes, as a worker says it. */
export interface Computing {
  readonly backend: string;
  readonly reason: string;
}

/** That a page is slower than it could be, and why, where it is. */
export function EngineNote({ engine }: { engine: Computing | undefined }) {
  if (engine === undefined || engine.backend === "wasm") return null;
  return (
    <p class="card hint" role="status">
      The same numbers, some ten times slower: JavaScript computes them here, since WebAssembly cannot be had ({engine.reason}).
    </p>
  );
}
