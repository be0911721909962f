import * as stepsize from "stepsize";
import { train } from "../../../../job.js";

export const dynamic = "force-dynamic";
export const GET = async () => Response.json(await train(stepsize));
