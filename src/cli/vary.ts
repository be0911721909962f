import { InvalidArgumentError } from "commander";
import { logspace } from "../search/rates.js";
import type { Values, Variations } from "../search/vary.js";
import { UsageError } from "./errors.js";
import type { Settings } from "./settings.js";
import { literalOf, numberOf, scheduleOf } from "./values.js";

/** path=values, added to those before: a list with commas, from:to:count for a log grid, from:to for all between. */
export function variationOf(text: string, before: Variations = {}): Variations {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It must be field=values, as in batchSize=16,32.");
  const path = text
    .slice(0, at)
    .trim()
    .replace(/^run\./, "");
  const words = text.slice(at + 1).trim();
  return { ...before, [path]: valuesOf(words, path === "schedule") };
}

function valuesOf(words: string, schedules: boolean): Values {
  if (/^[\d.eE+-]+:[\d.eE+-]+(:\d+)?$/.test(words)) {
    const [from, to, count] = words.split(":").map(numberOf) as [number, number, number | undefined];
    return count === undefined ? { from, to } : logspace(from, to, count);
  }
  // commas inside of brackets part nothing
  const parts = words.split(/,(?![^[{]*[\]}])/).map((part) => part.trim());
  if (parts.some((part) => part === "")) throw new InvalidArgumentError("It must be a list of values with commas between them.");
  return schedules ? parts : parts.map(literalOf);
}

/** A field of the settings that a path of the run stands for, and the flag that sets it for `train`. */
interface Setter {
  readonly apply: (settings: Settings, value: never) => Settings;
  readonly flags: (value: never) => string[];
}

const text = (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : String(value));
const plain = (name: keyof Settings, flag: string): Setter => ({
  apply: (settings, value) => ({ ...settings, [name]: value }),
  flags: (value) => [flag, Array.isArray(value) ? (value as unknown[]).join(",") : text(value)],
});
/** A layer may be written as its size alone. */
const HIDDEN: Setter = {
  apply: (settings, value) => ({ ...settings, hidden: [value].flat() }),
  flags: (value) => ["--hidden", [value].flat().join(",")],
};
const SETTERS: ReadonlyMap<string, Setter> = new Map([
  ["optimizer", plain("optimizer", "--optimizer")],
  ["optimizer.momentum", plain("momentum", "--momentum")],
  ["batchSize", plain("batchSize", "--batch-size")],
  ["epochs", plain("epochs", "--epochs")],
  ["warmup", plain("warmup", "--warmup")],
  [
    "schedule",
    {
      apply: (settings, value) => ({ ...settings, schedule: scheduleOf(value) }),
      flags: (value) => ["--schedule", text(value)],
    } satisfies Setter,
  ],
  ...["hidden", "activation", "dropout"].flatMap((name) =>
    [name, `model.${name}`].map((path) => [path, name === "hidden" ? HIDDEN : plain(name as keyof Settings, `--${name}`)] as const),
  ),
  ...["patience", "earlyStopping.patience"].map((path) => [path, plain("patience", "--patience")] as const),
]);

function setterOf(path: string): Setter {
  const known = SETTERS.get(path);
  if (known !== undefined) return known;
  const [, option] = /^optimizer\.(\w+)$/.exec(path) ?? [];
  if (option === undefined || option === "learningRate") {
    const names = [...SETTERS.keys()].filter((name) => !name.startsWith("model.")).join(", ");
    throw new UsageError(
      `--vary ${path} is no field that can vary: there are ${names} and the options of the optimizer, as in optimizer.weightDecay`,
    );
  }
  return {
    apply: (settings, value) => ({ ...settings, set: { ...settings.set, [option]: value } }),
    flags: (value) => ["--set", `${option}=${text(value)}`],
  };
}

/** Settings with other values of the fields that vary. */
export function varied(settings: Settings, values: Readonly<Record<string, unknown>>): Settings {
  return Object.entries(values).reduce((changed, [path, value]) => setterOf(path).apply(changed, value as never), settings);
}

/** The flags that give a run the values of a combination. */
export function flagsOf(values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).flatMap(([path, value]) => setterOf(path).flags(value as never));
}
