import * as stepsize from "stepsize/js";
import { train } from "../job.js";

console.log(JSON.stringify(await train(stepsize)));
