import { run } from "./harness.js";

postMessage(await run("full"));
