// Keeps what a program reads at every start in one file. esbuild gives what is shared a file for each set of modules, of those that are imported when
// they are wanted, that need it; they were a dozen, and a file takes Node half a millisecond. Here each of those modules asks for the whole program,
// which has been read by then, so that all of them need all of it, and nothing is left to cut.
import { dirname, resolve } from "node:path";

const WANTED = "imported when it is wanted";

/** A plugin of esbuild for the program whose module is `root`. */
export function oneChunk(root) {
  return {
    name: "one chunk",
    setup({ initialOptions, resolve: find, onResolve, onLoad }) {
      // that the module of the program, as all of the package, does nothing by being imported
      initialOptions.logOverride = { "ignored-bare-import": "silent" };
      onResolve({ filter: /^\./ }, async ({ path, kind, pluginData, ...place }) => {
        if (kind !== "dynamic-import" || pluginData === WANTED) return;
        const resolved = await find(path, { kind, ...place, pluginData: WANTED });
        return resolved.path === root ? resolved : { path: resolved.path, namespace: WANTED };
      });
      onLoad({ filter: /./, namespace: WANTED }, ({ path }) => ({
        contents: `import ${JSON.stringify(root)}; export * from ${JSON.stringify(path)};`,
        resolveDir: dirname(path),
      }));
    },
  };
}

/** The chunk that a program reads besides its own file; throws where it reads another number of them at its start. */
export function chunkOf(outputs, entry) {
  const [program] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint !== undefined && resolve(entryPoint) === entry);
  const read = new Set([program]);
  for (const path of read) for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === "import-statement") read.add(next);
  if (read.size !== 2) throw new Error(`${program} reads ${read.size} files at its start: ${[...read].join(", ")}`);
  return [...read][1];
}
