import { type CheckedRun, type EpochRecord, load, runFromJSON, runTrial, type SearchData, type TrialResult } from "stepsize";

export type Order =
  | { readonly kind: "run"; readonly run: unknown }
  | { readonly kind: "data"; readonly repeat: number; readonly data: SearchData }
  | { readonly kind: "trial"; readonly id: number; readonly rate: number; readonly repeat: number; readonly seed: number };

export type Answer =
  | { readonly id: number; readonly epoch: EpochRecord }
  | { readonly id: number; readonly result: TrialResult }
  | { readonly id: number; readonly error: string };

const engine = await load();
const rows = new Map<number, SearchData>();
let run: CheckedRun;

export async function serve(order: Order, reply: (answer: Answer) => void): Promise<void> {
  if (order.kind === "run") run = runFromJSON(order.run);
  else if (order.kind === "data") rows.set(order.repeat, order.data);
  else {
    const { id, rate, repeat, seed } = order;
    try {
      const result = await runTrial({
        engine,
        run,
        data: rows.get(repeat) as SearchData,
        rate,
        seed,
        onEpoch: (epoch) => reply({ id, epoch }),
      });
      reply({ id, result });
    } catch (error) {
      reply({ id, error: (error as Error).message });
    }
  }
}
