import type { RecordSink } from "../../src/data/records.js";

/** Keeps the cells of each record as texts, and counts those that came as integers. */
export class Records implements RecordSink {
  readonly all: string[][] = [[]];
  integers = 0;

  cell(text: string, start: number, end: number): void {
    this.all.at(-1)?.push(text.slice(start, end));
  }

  integer(value: number): void {
    this.integers++;
    this.all.at(-1)?.push(String(value));
  }

  endRecord(): void {
    this.all.push([]);
  }

  recordName(): { name: string } {
    return { name: "the record" };
  }
}
