// How good are the rates that `stepsize search` names? Looks its answers up in what bench/search/truth.js found.
//
//   npm run build && node bench/search/quality.js TRUTH.json [--seeds 5] [-- flags of stepsize search]
//
// Regret: how far the named rate's true score is below the best rate's, in points. Failing: ten points below it on at least two of ten fresh splits.
// Of the rates called good, the share that is clearly worse (by over one point and two paired standard errors); of those called too low, too
// high, erratic or diverged, the share that is within half a point of the best.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { OPTIMIZERS } from "./optimizers.js";

const cut = process.argv.indexOf("--");
const more = cut < 0 ? [] : process.argv.slice(cut + 1);
const { values, positionals } = parseArgs({
  args: process.argv.slice(2, cut < 0 ? undefined : cut),
  options: { seeds: { type: "string", default: "5" } },
  allowPositionals: true,
});
const truth = JSON.parse(readFileSync(positionals[0], "utf8"));
const BAD = new Set(["too low", "too high", "erratic", "diverged"]);

function answer(file, target, optimizer, seed) {
  const args = [
    "search",
    file,
    "--target",
    target,
    "--json",
    "--no-report",
    "--seed",
    String(seed),
    ...OPTIMIZERS[optimizer].flags,
    ...more,
  ];
  return JSON.parse(
    execFileSync(process.execPath, ["dist/cli/main.js", ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 2 ** 28,
    }),
  );
}

const table = new Table({ head: ["data", "optimizer", "true best", "named, with regret in points"], style: { head: [] } });
const regrets = [];
const count = { failing: 0, good: 0, worse: 0, bad: 0, asGood: 0 };
for (const [name, { file, target, optimizers }] of Object.entries(truth)) {
  for (const [optimizer, known] of Object.entries(optimizers)) {
    const at = (rate) => known.rates.findIndex((one) => Math.abs(Math.log10(one / rate)) < 0.03);
    const named = [];
    for (let seed = 1; seed <= Number(values.seeds); seed++) {
      const { best, rates } = answer(file, target, optimizer, seed);
      for (const { rate, verdict } of rates) {
        const i = at(rate);
        if (i < 0) continue;
        if (verdict === "good") {
          count.good++;
          if (known.below[i] > 0.01 && known.below[i] > 2 * known.standardError[i]) count.worse++;
        } else if (BAD.has(verdict)) {
          count.bad++;
          if (known.below[i] < 0.005) count.asGood++;
        }
      }
      const i = best === null ? -1 : at(best.rate);
      const regret = i < 0 ? 100 : Math.min(100, Math.max(0, 100 * (known.best - known.score[i])));
      regrets.push(regret);
      if (i < 0 || known.fails[i] >= 0.2) count.failing++;
      named.push(`${best === null ? "none" : Number(best.rate.toPrecision(3))}: ${regret.toFixed(1)}`);
    }
    table.push([name, optimizer, Number(known.bestRate.toPrecision(3)), named.join("  ")]);
  }
}
console.log(table.toString());
regrets.sort((a, b) => a - b);
const mean = regrets.reduce((sum, regret) => sum + regret, 0) / regrets.length;
console.log(
  `${regrets.length} searches: mean regret ${mean.toFixed(2)} points, nine in ten at most ${regrets[Math.floor(regrets.length * 0.9)].toFixed(2)}; ` +
    `failing ${count.failing}; good but clearly worse ${((100 * count.worse) / count.good).toFixed(1)} % of ${count.good}; ` +
    `bad but as good ${((100 * count.asGood) / count.bad).toFixed(1)} % of ${count.bad}`,
);
