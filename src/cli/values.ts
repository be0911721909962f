import { InvalidArgumentError } from "commander";
import { logspace } from "../search/rates.js";

/** A number as a person writes it. Its range is checked where it is used. */
export function numberOf(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new InvalidArgumentError("It must be a number.");
  return value;
}

/** A time as in 90s, 10m or 2h, in seconds; a plain number is seconds. */
export function secondsOf(text: string): number {
  const [, amount, unit = "s"] = /^\s*([\d.]+)\s*([smh])?\s*$/.exec(text) ?? [];
  if (amount === undefined || !Number.isFinite(Number(amount))) throw new InvalidArgumentError("It must be a time, as in 90s, 10m or 2h.");
  return Number(amount) * { s: 1, m: 60, h: 3600 }[unit as "s" | "m" | "h"];
}

/** Numbers between commas; none for an empty text. */
export function numbersOf(text: string): number[] {
  return text.trim() === "" ? [] : text.split(",").map(numberOf);
}

/** A comma list of rates, or from:to:count for a log grid. */
export function ratesOf(text: string): number[] {
  if (!text.includes(":")) return numbersOf(text);
  const [from, to, count, ...rest] = text.split(":").map(numberOf);
  if (count === undefined || rest.length > 0) throw new InvalidArgumentError("It must be from:to:count or a list with commas.");
  return logspace(from as number, to as number, count);
}

/** Names between commas, added to those before; a JSON array where names hold commas. */
export function namesOf(text: string, before: readonly string[] = []): string[] {
  if (!text.trimStart().startsWith("[")) return [...before, ...text.split(",").map((name) => name.trim())];
  const names = jsonOf(text);
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string"))
    throw new InvalidArgumentError("A JSON list must hold texts.");
  return [...before, ...names];
}

/** key=value, added to those before; the value is JSON where it can be read so, otherwise a text. */
export function settingOf(text: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It must be key=value.");
  return { ...before, [text.slice(0, at).trim()]: literalOf(text.slice(at + 1)) };
}

/** JSON where a text can be read so, otherwise the text. */
export function literalOf(text: string): unknown {
  if (text.trim() === "Infinity") return Infinity;
  try {
    return JSON.parse(text);
  } catch {
    return text.trim();
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It is not valid JSON (${(error as Error).message}).`);
  }
}

/** A schedule: JSON, or `kind:key=value,key=value`. */
export function scheduleOf(text: string): Record<string, unknown> {
  if (text.trimStart().startsWith("{")) {
    const schedule = jsonOf(text) as Record<string, unknown>;
    if (typeof schedule["kind"] !== "string") throw new InvalidArgumentError('It must have a kind, as in {"kind":"cosine"}.');
    return schedule;
  }
  const [kind = "", ...rest] = text.split(":");
  // commas inside of a list part nothing
  const parts = rest.join(":").split(/,(?![^[]*\])/);
  return parts
    .filter((part) => part.trim() !== "")
    .reduce<Record<string, unknown>>((options, part) => settingOf(part, options), { kind: kind.trim() });
}

/** A loss, as a schedule is given; its name alone where it has no options. */
export function lossOf(text: string): Record<string, unknown> | string {
  const loss = scheduleOf(text);
  return Object.keys(loss).length === 1 ? (loss["kind"] as string) : loss;
}

/** "balanced", or numbers between commas. */
export function classWeightsOf(text: string): "balanced" | number[] {
  return text.trim() === "balanced" ? "balanced" : numbersOf(text);
}

/** \t is a tab: shells make it hard to type one. */
export function delimiterOf(text: string): string {
  return text === "\\t" || text === "tab" ? "\t" : text;
}
