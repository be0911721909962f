import * as stepsize from "stepsize";
import { train } from "../job.js";

const result = await train(stepsize).catch((error) => ({ error: String(error) }));
await fetch(new URLSearchParams(location.search).get("result"), { method: "POST", body: JSON.stringify(result) });
