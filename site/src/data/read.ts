import { type CSVParts, CsvReader, type CsvTable, datasetsFromCSV, type MissingMethod, parseCSV, TextReader } from "stepsize/data";
import { SAMPLES, type Sample, type SampleName } from "./samples.js";

/** Where rows come from: what the page brings along, or a file that a person opened. */
export type Source =
  | { readonly sample: SampleName }
  | { readonly file: Blob; readonly name: string; readonly target: string; readonly missing: MissingMethod };

/** Shares of the rows that are held out, and the seed that says which. */
export interface Splitting {
  readonly validation: number;
  readonly test: number;
  readonly seed: number;
}

/** Memory that a file may take, in bytes. */
const MEMORY = 1e9;

/** The table in a file, read piece by piece, by what the command line reads with; it may be compressed by gzip. */
export async function readTable(file: Blob): Promise<CsvTable> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const packed = head[0] === 0x1f && head[1] === 0x8b;
  const stream: ReadableStream<Uint8Array> = packed ? file.stream().pipeThrough(new DecompressionStream("gzip")) : file.stream();
  const reader = new CsvReader({ memory: MEMORY });
  const text = new TextReader();
  const pieces = stream.getReader();
  for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) reader.push(text.push(piece.value));
  reader.push(text.end());
  const table = reader.end();
  return text.encoding === "latin1" ? table.withNote({ kind: "encoding", encoding: "Latin-1" }) : table;
}

/** Data sets for training: split, encoded and standardised as the command line does it. */
export async function readParts(source: Source, { validation, test, seed }: Splitting): Promise<CSVParts> {
  if ("sample" in source) {
    const { target, missing = "error", text }: Sample = SAMPLES[source.sample];
    return datasetsFromCSV(parseCSV(await text()), { target, missing, validation, test, seed });
  }
  return datasetsFromCSV(await readTable(source.file), { target: source.target, missing: source.missing, validation, test, seed });
}

/** What a command line and a program say about a source: the file, its target, and what is done about missing cells. */
export function namesOf(source: Source): { readonly file: string; readonly target: string; readonly missing: MissingMethod } {
  if (!("sample" in source)) return { file: source.name, target: source.target, missing: source.missing };
  const { file, target, missing = "error" }: Sample = SAMPLES[source.sample];
  return { file, target, missing };
}
