import { type Decimal, dateNumber, dressedNumber, plainNumber } from "./numbers.js";

/** How the texts of a column are read as numbers. */
export interface Reading {
  readonly kind: "number" | "date";
  readonly decimal: Decimal;
  /** Of dates: whether the day is written before the month. */
  readonly dayFirst: boolean;
  /** The number that a text means; undefined when it means none. */
  read(text: string): number | undefined;
}

/** Numbers in some dress, or codes, with one decimal sign. */
export function numberReading(decimal: Decimal): Reading {
  return {
    kind: "number",
    decimal,
    dayFirst: false,
    read: (text) => finite(plainNumber(text, decimal) ?? dressedNumber(text, decimal)?.value),
  };
}

/** Dates as days since 1970-01-01. */
export function dateReading(dayFirst: boolean): Reading {
  return { kind: "date", decimal: ".", dayFirst, read: (text) => dateNumber(text, dayFirst) };
}

/** Dates with the month first where the order of day and month is open, and with the day first. */
export function dateReadings(): readonly Reading[] {
  return [dateReading(false), dateReading(true)];
}

/**
 * The decimal sign under which most texts are numbers; that of the file unless the other one reads more. `fractions` counts the numbers
 * that were read with the file's sign: with them, the other sign would make two meanings of one column.
 */
export function bestNumberReading(texts: readonly string[], decimal: Decimal, fractions: number): { reading: Reading; read: number } {
  const own = numberReading(decimal);
  const read = countRead(own, texts);
  if (read === texts.length || fractions > 0) return { reading: own, read };
  const other = numberReading(decimal === "." ? "," : ".");
  const others = countRead(other, texts);
  return others > read ? { reading: other, read: others } : { reading: own, read };
}

/** For a column with more texts than are kept: numbers where nearly all are, or dates. */
export function readingOfMany(texts: readonly string[], decimal: Decimal, fractions: number): Reading | undefined {
  const { reading, read } = bestNumberReading(texts, decimal, fractions);
  if (read > 0.99 * texts.length) return reading;
  return dateReadings().find((dates) => countRead(dates, texts) > 0.99 * texts.length);
}

function countRead(reading: Reading, texts: readonly string[]): number {
  let count = 0;
  for (const text of texts) if (reading.read(text) !== undefined) count++;
  return count;
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Math.abs(value) < 3.4028235677973366e38 ? value : undefined;
}
