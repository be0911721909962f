import { expect, test } from "vitest";
import { iris } from "../../src/data/samples/iris.js";
import { datasetsFromCSV } from "../../src/entries/data.js";
import { adam, mlp, searchLearningRate, type TrialResult } from "../../src/entries/index.js";
import { renderReport } from "../../src/entries/report.js";
import { searchSoFar } from "../../src/entries/search.js";

const parts = datasetsFromCSV(iris(), { target: "species" });
const run = {
  ...{ model: mlp({ inputs: 4, hidden: [4], outputs: 3 }), loss: "crossEntropy" as const, optimizer: adam() },
  ...{ batchSize: 32, epochs: 3, seed: 1 },
};
const options = { rates: [1e-3, 1e-2, 1e-1], repeats: 1 };
const memory = () => {
  const kept = new Map<string, TrialResult>();
  return { kept, get: (key: string) => kept.get(key), put: (key: string, result: TrialResult) => void kept.set(key, result) };
};

test("a search that is stopped keeps the rates that have finished, and goes on from them", async () => {
  const ledger = memory();
  const stop = new AbortController();
  const seen: number[] = [];
  const stopped = searchLearningRate(run, parts, {
    ...options,
    ledger,
    signal: stop.signal,
    onEpoch: ({ rate }) => {
      seen.push(rate);
      if (rate === 1e-1) stop.abort();
    },
  });
  await expect(stopped).rejects.toThrow();
  expect(ledger.kept.size).toBe(2);
  const soFar = await searchSoFar(run, parts, ledger, options);
  expect(soFar?.rates.map(({ rate }) => rate)).toEqual([1e-3, 1e-2]);
  expect(soFar?.notRun).toEqual([{ rate: 1e-1, epochs: 0 }]);
  expect(soFar?.notes).toContainEqual({ kind: "notRun", rates: [1e-1], spent: false });
  expect(soFar?.notes).not.toContainEqual({ kind: "edge", side: "highest", what: "chosen" });
  seen.length = 0;
  const whole = await searchLearningRate(run, parts, { ...options, ledger, onEpoch: ({ rate }) => void seen.push(rate) });
  expect(new Set(seen)).toEqual(new Set([1e-1]));
  expect(whole).toEqual(await searchLearningRate(run, parts, options));
  expect(await searchSoFar(run, parts, ledger, options)).toEqual(whole);
  expect(await searchSoFar(run, parts, memory(), options)).toBe(undefined);
});

test("renderReport gives a page that stands alone, of files and of other data, and says what does not fit", async () => {
  const result = await searchLearningRate(run, parts, options);
  const html = renderReport(result, { run, data: parts, name: "<iris>", host: "Firefox 153", next: "train it" });
  expect(html).toContain("<title>Learning rates for species</title>");
  expect(html.replace(/<script[\s\S]*?<\/script>/g, "")).not.toContain("<iris>");
  expect(html).toContain("on Firefox 153. The same file");
  expect(html).toMatch(/<code id="command">train it<\/code>/);
  expect(html).not.toMatch(/(?:src|href)="http/);
  const { training, validation, test } = parts;
  const sets = renderReport(result, { run, data: { training, validation, ...(test && { test }) }, target: "flower" });
  expect(sets).toContain("<title>Learning rates for flower</title>");
  expect(sets).toMatch(/stepsize \d+\.\d+\.\d+\. The same file/);
  expect(() => renderReport(result, { run, data: { training } })).toThrow(/the result is of \d+ validation rows, the data have 0/);
  expect(() => renderReport({} as never, { run, data: parts })).toThrow("what searchLearningRate gives");
});
