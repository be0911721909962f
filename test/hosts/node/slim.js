import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as stepsize from "stepsize/slim";
import { train } from "../job.js";

const core = await readFile(fileURLToPath(import.meta.resolve("stepsize/core.wasm")));
console.log(JSON.stringify(await train(stepsize, { core })));
