import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { recipes } from "./site/recipes.js";

const entries = fileURLToPath(new URL("src/entries", import.meta.url));

export default defineConfig({
  plugins: [recipes as never],
  // the pages import the library by its name
  resolve: {
    alias: [
      { find: /^stepsize\/(\w+)$/, replacement: `${entries}/$1.ts` },
      { find: /^stepsize$/, replacement: `${entries}/index.ts` },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 300_000,
    reporters: ["default"],
    coverage: {
      include: ["src/**/*.ts"],
      exclude: ["src/generated/**"],
      reporter: ["json"],
      reportsDirectory: "build/coverage",
    },
  },
});
