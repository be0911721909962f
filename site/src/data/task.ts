import { describeTable } from "stepsize/data";
import { answering } from "../ui/work.js";
import { readTable } from "./read.js";

export interface Question {
  readonly kind: "look";
  readonly file: Blob;
}

/** What a person is asked about a file. */
export interface Looked {
  readonly columns: readonly string[];
  /** The last column, as most files have it. */
  readonly target: string;
  /** Whether cells of features are missing. */
  readonly gaps: boolean;
}

export const serve = answering(async ({ file }: Question): Promise<Looked> => {
  const table = await readTable(file);
  const columns = table.columnNames;
  const target = columns.at(-1) as string;
  return { columns, target, gaps: describeTable(table, { target }).columns.some(({ missing }) => missing > 0) };
});
