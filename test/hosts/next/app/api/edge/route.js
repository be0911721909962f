import * as stepsize from "stepsize";
import { train } from "../../../../job.js";

export const runtime = "edge";
export const GET = async () => Response.json(await train(stepsize));
