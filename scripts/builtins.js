// Takes Node's own modules from process.getBuiltinModule, as the CommonJS libraries of the command line do: to wrap one of them as an ES module takes
// Node 0.3 ms, in which it reads all that the module exports.

/** A plugin of esbuild. */
export const builtins = {
  name: "builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) => (kind === "import-statement" ? { path, namespace: "builtin" } : undefined));
    onLoad({ filter: /./, namespace: "builtin" }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path)).filter((name) => /^\w+$/.test(name) && name !== "default");
      // pure, so that only what is used is read
      const exported = names.map((name) => `export const ${name} = /* @__PURE__ */ (() => all.${name})();`);
      return { contents: [`const all = /* @__PURE__ */ process.getBuiltinModule("${path}");`, ...exported].join("\n") };
    });
  },
};
