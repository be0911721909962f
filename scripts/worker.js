// Writes src/generated/training-worker.ts: the program of a worker that trains, with all it needs, as a text that `trainInWorker` starts. A file of its
// own would have to be found by every bundler.
import { build } from "esbuild";
import { writeIfChanged } from "./write.js";

const { outputFiles } = await build({
  entryPoints: ["src/training/worker/program.ts"],
  bundle: true,
  minify: true,
  write: false,
  format: "iife",
  target: "es2022",
  // what is imported when it is wanted is in it too; nothing of Node is
  platform: "neutral",
  mainFields: ["module", "main"],
});

writeIfChanged(
  "src/generated/training-worker.ts",
  `// Made by scripts/worker.js.

/** src/training/worker/program.ts, bundled: for startProgram of src/engine/workers.ts. */
export const program: string = ${JSON.stringify(outputFiles[0].text)};
`,
);
