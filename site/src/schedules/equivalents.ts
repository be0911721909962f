import { type Plain, ruleOfKind } from "./kinds.js";

/** What an expression of a recipe may be. */
export type Pattern =
  | { readonly symbol: string }
  | { readonly value: unknown }
  | { readonly operator: string; readonly terms: readonly Pattern[] }
  | { readonly entries: readonly Pattern[] }
  | { readonly kind: string; readonly options: Readonly<Record<string, Pattern>> };

/** A call of another library, and the schedules that it is. */
export interface Recipe {
  readonly library: string;
  readonly theirs: string;
  readonly pattern: Pattern;
}

export interface Equivalent {
  readonly library: string;
  readonly call: string;
}

type Symbols = Map<string, unknown>;
type Equation = { readonly pattern: Pattern; readonly value: unknown };

/** The calls of other libraries that give the rates of a schedule. `peak` is its highest rate. */
export function equivalents(recipes: readonly Recipe[], schedule: Plain, peak: number): Equivalent[] {
  const found = recipes.flatMap(({ library, theirs, pattern }) => {
    const symbols = solve(pattern, schedule, peak);
    return symbols === undefined ? [] : [{ library, call: written(theirs, symbols) }];
  });
  // of calls of one library that differ in nothing but what they leave open, the first
  return found.filter(({ library, call }, i) => found.findIndex((other) => other.library === library && other.call === call) === i);
}

function solve(pattern: Pattern, schedule: Plain, peak: number): Symbols | undefined {
  const symbols: Symbols = new Map();
  const equations: Equation[] = [];
  if (!match(pattern, schedule, symbols, equations)) return undefined;
  let open = equations;
  for (;;) {
    const left = open.filter((equation) => !settle(equation, symbols));
    if (left.length === 0) break;
    if (left.length === open.length) {
      // more symbols than equations: the rate of the optimizer is free, and its highest is what a person would set
      if (symbols.has("lr")) return undefined;
      symbols.set("lr", peak);
    }
    open = left;
  }
  return equations.every(({ pattern, value }) => same(evaluate(pattern, symbols), value)) ? symbols : undefined;
}

/** Holds a value against a pattern; what must be computed becomes an equation. */
function match(pattern: Pattern, value: unknown, symbols: Symbols, equations: Equation[]): boolean {
  if ("value" in pattern) return same(pattern.value, value);
  if ("symbol" in pattern) {
    if (value === undefined || (typeof value === "object" && !Array.isArray(value))) return false;
    if (symbols.has(pattern.symbol)) return same(symbols.get(pattern.symbol), value);
    symbols.set(pattern.symbol, value);
    return true;
  }
  if ("operator" in pattern) {
    if (typeof value !== "number") return false;
    equations.push({ pattern, value });
    return true;
  }
  if ("entries" in pattern) {
    return (
      Array.isArray(value) &&
      value.length === pattern.entries.length &&
      pattern.entries.every((entry, i) => match(entry, value[i], symbols, equations))
    );
  }
  if (typeof value !== "object" || value === null || (value as { kind?: unknown }).kind !== pattern.kind) return false;
  const fields = ruleOfKind(pattern.kind).fields;
  return Object.keys(fields).every((name) => {
    const fallback = fields[name]?.fallback;
    const here = (value as Record<string, unknown>)[name] ?? fallback;
    const expected = pattern.options[name];
    return expected === undefined ? same(here, fallback) : match(expected, here, symbols, equations);
  });
}

/** True once an equation says nothing more: it held, or gave a symbol its value. */
function settle({ pattern, value }: Equation, symbols: Symbols): boolean {
  if (!("operator" in pattern)) {
    if ("symbol" in pattern && !symbols.has(pattern.symbol)) symbols.set(pattern.symbol, value);
    return true;
  }
  const [left, right = { value: 0 }] = pattern.terms as [Pattern, Pattern?];
  const [a, b] = [evaluate(left, symbols), evaluate(right, symbols)];
  if (a !== undefined && b !== undefined) return true;
  if (a === undefined && b === undefined) return false;
  const y = value as number;
  const other = (a ?? b) as number;
  const unknown = a === undefined ? left : right;
  const inverse: Record<string, number> = {
    "+": y - other,
    "-": a === undefined ? y + other : other - y,
    "*": y / other,
    "/": a === undefined ? y * other : other / y,
    // one of many; all are held against the value in the end
    floor: y,
    max: y,
  };
  const next = inverse[pattern.operator];
  return next !== undefined && Number.isFinite(next) && settle({ pattern: unknown, value: tidy(next) }, symbols);
}

/** The value of an expression, once all its symbols are known. */
function evaluate(pattern: Pattern, symbols: Symbols): unknown {
  if ("value" in pattern) return pattern.value;
  if ("symbol" in pattern) return symbols.get(pattern.symbol);
  if (!("operator" in pattern)) return undefined;
  const terms = pattern.terms.map((term) => evaluate(term, symbols) as number | undefined);
  if (terms.includes(undefined)) return undefined;
  const [a, b] = terms as [number, number];
  switch (pattern.operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "floor":
      return Math.floor(a);
    case "max":
      return Math.max(a, b);
    default:
      return undefined;
  }
}

/** 0.30000000000000004 is 0.3. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

function same(a: unknown, b: unknown): boolean {
  if (typeof a === "number" && typeof b === "number") return a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((entry, i) => same(entry, b[i]));
  return a === b;
}

/** A call with the values of its symbols; a rate that stands elsewhere, in the optimizer, is said behind it. */
function written(theirs: string, symbols: Symbols): string {
  const used = new Set<string>();
  const call = theirs.replace(/(?<![\w'.])([A-Za-z]\w*)(?![\w'(]|\s*=)/g, (word) => {
    if (!symbols.has(word)) return word;
    used.add(word);
    return JSON.stringify(symbols.get(word)).replaceAll(",", ", ");
  });
  return symbols.has("lr") && !used.has("lr") ? `${call}  # the optimizer's lr is ${symbols.get("lr")}` : call;
}
