import { DataError } from "../../options/errors.js";
import { oneOf, readOptions, show } from "../../options/options.js";
import type { Classification, Regression } from "../dataset.js";
import { encodeTable } from "../encode.js";
import { checkEncoder, type Encoder, widthOfColumns } from "../encoder.js";
import { TextReader } from "../encoding.js";
import { type ParseOptions, parseFields } from "../parse-options.js";
import type { RowStream } from "../source.js";
import { CsvReader, type CsvTable } from "../table.js";
import { iteratorOf } from "./items.js";
import { makeStream, type StreamInput, type StreamOptions, streamFields } from "./stream.js";

/** Options of `csvStream`. */
export interface CsvStreamOptions extends StreamOptions {
  /** How the file is written, where that is not guessed rightly. */
  parse?: Omit<ParseOptions, "memory" | "like">;
  /** A text that the encoder does not know is an error (the default) or none of its column's categories: all zeros. */
  unknown?: "error" | "ignore";
}

/** Rows that are encoded at once. */
const BLOCK = 4096;

/**
 * The rows of a CSV file as a stream, encoded as `encodeTable` does: of a file that does not fit in memory. The function gives the file anew each epoch, as
 * bytes or texts in pieces; what is packed is unpacked by it (`pipeThrough(new DecompressionStream("gzip"))`). The encoder is learnt from a part of
 * the rows, as `fitEncoder` does, or comes from a model.
 *
 * @throws OptionError for a wrong option; while training DataError as `parseCSV` and `encodeTable`, with the row of the file.
 * @example
 * const encoder = fitEncoder(parseCSV("x,kind\n1,a\n2,b\n3,a\n"), { target: "kind" });
 * const rows = csvStream(() => ["x,kind\n1,a\n", "2,b\n3,a\n"], encoder, { shuffle: 1000 });
 */
export function csvStream(
  factory: (epoch: number) => StreamInput<Uint8Array | string> | Promise<StreamInput<Uint8Array | string>>,
  encoder: Encoder,
  options: CsvStreamOptions = {},
): RowStream {
  checkEncoder(encoder, "csvStream.encoder");
  const { parse, unknown, ...rest } = readOptions<
    Required<Pick<CsvStreamOptions, "ownBatches" | "shuffle" | "unknown">> & CsvStreamOptions
  >("csvStream", options, {
    ...streamFields,
    unknown: oneOf("error", ["error", "ignore"]),
    parse: {
      fallback: {},
      read: (value, path) => readOptions<ParseOptions>(path, value, parseFields),
    },
  });
  const { target, columns } = encoder;
  const about = {
    ...rest,
    columns: widthOfColumns(columns),
    ...(target.task === "classification"
      ? { task: target.task, classes: target.classes, outputs: target.classes.length }
      : { task: target.task, outputs: 1 }),
  };
  const file = async (epoch: number) => encoded(iteratorOf(await factory(epoch)), encoder, { ...parse, like: encoder }, unknown);
  return makeStream(file, about);
}

/** The rows of a file in pieces, block by block. */
async function* encoded(
  pieces: AsyncIterator<unknown> | Iterator<unknown>,
  encoder: Encoder,
  parse: ParseOptions,
  unknown: "error" | "ignore",
): AsyncGenerator<Classification | Regression> {
  let blocks: CsvTable[] = [];
  let rows = 0;
  const reader = new CsvReader(parse, { rows: BLOCK, take: (table) => blocks.push(table) });
  const text = new TextReader();
  function* taken() {
    for (const block of blocks) {
      const data = inFile(() => encodeTable(encoder, block, { unknown }), rows);
      rows += block.rows;
      // rows that miss something may have been left out
      if (data.rows > 0) yield data;
    }
    blocks = [];
  }
  let isOpen = true;
  try {
    for (;;) {
      const next = await pieces.next();
      if (next.done) break;
      const piece = next.value;
      if (typeof piece !== "string" && !(piece instanceof Uint8Array))
        throw new DataError(`a CSV file must come as bytes or as text, got ${show(piece)}`);
      reader.push(typeof piece === "string" ? piece : text.push(piece));
      yield* taken();
    }
    isOpen = false;
    reader.push(text.end());
    const last = reader.end();
    if (last.rows > 0) blocks.push(last);
    yield* taken();
  } finally {
    if (isOpen) await pieces.return?.();
  }
}

/** Rows of a block by their place in the file. */
function inFile<T>(read: () => T, before: number): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DataError) || error.row === undefined || before === 0) throw error;
    const row = error.row + before;
    throw new DataError(error.message.replace(`row ${error.row}`, `row ${row}`), row, error.column);
  }
}
