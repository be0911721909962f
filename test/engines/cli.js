import { run } from "./harness.js";

console.log(JSON.stringify(await run(process.argv[2])));
