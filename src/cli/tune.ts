import type { Command } from "commander";
import { type CSVParts, describeTable, encodeTable } from "../data/csv.js";
import { splitDataset } from "../data/split.js";
import { UsageError } from "./errors.js";
import type { ModelFile } from "./model-file.js";
import { given, readFile, toTrain } from "./prepare.js";
import type { Settings } from "./settings.js";

/** What weights are bound to: the columns, how their cells become numbers, and the network. */
const BOUND = [
  "target",
  "task",
  "features",
  "exclude",
  "include",
  "categorical",
  "numeric",
  "missing",
  "missingValues",
  "hidden",
  "activation",
] as const satisfies readonly (keyof Settings)[];

/** The settings of a run that starts from a model: its own, but for what the weights are bound to. */
export function tunedSettings({ settings }: Pick<ModelFile, "settings">, own: Settings, command: Command, from: string): Settings {
  const bound = Object.fromEntries(BOUND.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])));
  for (const option of command.options) {
    const name = option.attributeName() as (typeof BOUND)[number];
    if (!BOUND.includes(name) || command.getOptionValueSource(name) !== "cli") continue;
    if (JSON.stringify(own[name]) !== JSON.stringify(settings[name]))
      throw new UsageError(`${option.long} differs from the model in ${from}, whose weights are bound to it: leave ${option.long} out`);
  }
  const free = Object.entries(own).filter(([name]) => !BOUND.some((bound) => bound === name));
  return { ...Object.fromEntries(free), ...bound } as unknown as Settings;
}

/** Data sets from a file, in the numbers that a model was trained on. */
export async function readTunedData(path: string, settings: Settings, { encoder }: Pick<ModelFile, "encoder">): Promise<CSVParts> {
  const table = await readFile(path, settings, encoder);
  const { target, task, features, exclude, include, categorical, numeric, missing, missingValues, validation, test, seed } = settings;
  return toTrain(path, () => {
    const parts = splitDataset(encodeTable(encoder, table), { validation, test, seed });
    const columns = given({ target, task, features, exclude, include, categorical, numeric, missing, missingValues });
    return { ...parts, encoder, notes: table.notes, summary: describeTable(table, columns as never).columns };
  });
}
