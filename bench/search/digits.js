// The bundled digits as the command line parts them by default.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { datasetsFromCSV } from "../../dist/data.js";

export function digits() {
  const text = gunzipSync(readFileSync(new URL("../../data/digits.csv.gz", import.meta.url))).toString();
  return datasetsFromCSV(text, { target: "digit", seed: 1 });
}
