// What the processes of the command line ran, added to the coverage that vitest measured. Vitest runs src/ as one compiler writes it, the
// processes run dist/cli/ as another does, and the source maps of both lead back to src/.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { mergeProcessCovs } from "@bcoe/v8-coverage";
import { convert } from "ast-v8-to-istanbul";
import { parseAstAsync } from "vitest/node";

/** Adds what processes noted in a folder (NODE_V8_COVERAGE) to a coverage map of src/. */
export async function addProcesses(map, folder) {
  for (const script of read(folder)) {
    const path = fileURLToPath(script.url);
    const code = readFileSync(path, "utf8");
    const sourceMap = JSON.parse(readFileSync(`${path}.map`, "utf8"));
    // places in the sources, from where the map lies
    sourceMap.sources = sourceMap.sources.map((source) => join(dirname(path), source));
    const found = await convert({ ast: parseAstAsync(code), code, sourceMap, coverage: script, wrapperLength: 0 });
    for (const [file, there] of Object.entries(found)) {
      const own = relative("src", file);
      if (own.startsWith("..") || own.startsWith("generated")) continue;
      if (map.data[file] === undefined) map.addFileCoverage(there);
      else addFile(map.fileCoverageFor(file).data, there);
    }
  }
}

/** The scripts of dist/cli/ with what all processes together ran of them. */
function read(folder) {
  // one after the other: together they would not fit into memory
  let merged = { result: [] };
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, name), "utf8"));
    const ours = result.filter(({ url }) => url.includes("/dist/cli/") && existsSync(`${fileURLToPath(url)}.map`));
    merged = mergeProcessCovs([merged, { result: ours }]);
  }
  return merged.result;
}

/**
 * Adds counts of the same file by another compiler. The places of statements and branches agree but for some (about one branch in twenty five, mostly
 * `else if`): for those the line decides, if it has only one branch of that kind.
 */
function addFile(here, there) {
  const ran = new Map();
  for (const [id, { start }] of Object.entries(there.statementMap)) add(ran, start.line, there.s[id]);
  for (const [id, { start }] of Object.entries(here.statementMap)) here.s[id] += ran.get(start.line) ?? 0;
  const [exact, loose] = [branches(there, placeOf), branches(there, lineOf)];
  const own = branches(here, lineOf);
  for (const [id, branch] of Object.entries(here.branchMap)) {
    const alone = own.get(lineOf(branch)).length === 1 ? loose.get(lineOf(branch)) : undefined;
    const same = exact.get(placeOf(branch)) ?? alone ?? [];
    if (same.length !== 1) continue;
    same[0].forEach((count, i) => {
      here.b[id][i] += count;
    });
  }
}

const add = (counts, key, count) => counts.set(key, (counts.get(key) ?? 0) + count);
const lineOf = ({ type, loc, locations }) => `${type} ${loc.start.line} ${locations.length}`;
const placeOf = (branch) => `${lineOf(branch)} ${branch.loc.start.column}`;

/** The counts of branches by where they are. */
function branches({ branchMap, b }, where) {
  const found = new Map();
  for (const [id, branch] of Object.entries(branchMap)) found.set(where(branch), [...(found.get(where(branch)) ?? []), b[id]]);
  return found;
}
