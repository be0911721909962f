// The worker of every page: its name says what it does.
import { startWorkersBy } from "./ui/page-worker.js";
import type { Serve } from "./ui/work.js";

const tasks: Record<string, () => Promise<{ serve: Serve }>> = {
  data: () => import("./data/task.js"),
  search: () => import("./search/task.js"),
  surfaces: () => import("./surfaces/task.js"),
  train: () => import("./playground/task.js"),
  benchmark: () => import("./benchmark/task.js"),
};

const waiting: never[] = [];
self.onmessage = ({ data: page }) => {
  startWorkersBy(page);
  self.onmessage = ({ data }) => waiting.push(data as never);
};
const { serve } = await (tasks[self.name] as () => Promise<{ serve: Serve }>)();
const reply = (message: unknown, transfer: Transferable[] = []) => postMessage(message, { transfer });
self.onmessage = ({ data }) => serve(data as never, reply);
for (const data of waiting) serve(data, reply);
