import * as stepsize from "stepsize";
import { train } from "../job.js";

export default { fetch: async () => Response.json(await train(stepsize)) };
