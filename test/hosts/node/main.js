import * as stepsize from "stepsize";
import { train } from "../job.js";

console.log(JSON.stringify(await train(stepsize, {}, process.argv[2] !== "alone")));
