import { parquetWriteBuffer } from "hyparquet-writer";
import { COLUMNS, type Row } from "./rows.js";

const TYPES = { text: "STRING", number: "DOUBLE", integer: "INT32" } as const;

/** Rows of a table of trials as a Parquet file. */
export function parquetOf(rows: readonly Row[]): Uint8Array {
  const columnData = Object.entries(COLUMNS).map(([name, kind]) => ({
    name,
    data: rows.map((row) => row[name as keyof Row]),
    type: TYPES[kind],
    nullable: true,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
