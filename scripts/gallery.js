// Draws docs/schedules/*.svg and fills in the generated parts of docs/schedules.md: the gallery from the schedules below, the table of
// recipes from test/golden/schedules/recipes.json, whose rows test/schedules/golden.test.ts proves. Run `npm run build` first.
//
//   node scripts/gallery.js           writes
//   node scripts/gallery.js --check   changes nothing; exits with 1 and says what is stale

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as schedules from "../dist/schedules/index.js";
import { withMarked } from "./marked.js";

const STEPS = 300;
const CLOCK = { stepsPerEpoch: 30, totalSteps: STEPS };
const DOCS = new URL("../docs/", import.meta.url);

/** Section, file, and the code that is shown and drawn. */
const GALLERY = [
  ["Stairs", "constant", "constant({ rate: 1 })"],
  ["Stairs", "initialFactor", "initialFactor({ rate: 1, factor: 0.3, steps: 60 })"],
  ["Stairs", "stepDecay", "stepDecay({ rate: 1, every: 60, factor: 0.5 })"],
  ["Stairs", "multiStep", "multiStep({ rate: 1, boundaries: [100, 200], factor: 0.4 })"],
  ["Stairs", "piecewiseConstant", "piecewiseConstant({ boundaries: [50, 180], rates: [0.4, 1, 0.1] })"],
  ["Decays", "exponential", "exponential({ rate: 1, factor: 0.5, steps: 60 })"],
  ["Decays", "exponential-staircase", "exponential({ rate: 1, factor: 0.5, steps: 60, staircase: true, end: 0.1 })"],
  ["Decays", "naturalExponential", "naturalExponential({ rate: 1, decay: 0.01 })"],
  ["Decays", "timeBased", "timeBased({ rate: 1, decay: 1e-4 })"],
  ["Decays", "inverseTime", "inverseTime({ rate: 1, decay: 1, steps: 60 })"],
  ["Decays", "linear", "linear({ rate: 1, end: 0.1, steps: 240 })"],
  ["Decays", "polynomial", "polynomial({ rate: 1, steps: 240, power: 2 })"],
  ["Decays", "polynomial-cycle", "polynomial({ rate: 1, steps: 60, cycle: true })"],
  ["Decays", "inverseSqrt", "inverseSqrt({ rate: 1, timescale: 30 })"],
  ["Decays", "noam", "noam({ width: 512, steps: 60 })"],
  ["Decays", "tanhDecay", "tanhDecay({ rate: 1, steps: 240 })"],
  ["Cosines", "cosine", "cosine({ rate: 1, steps: 240 })"],
  ["Cosines", "cosine-periodic", "cosine({ rate: 1, steps: 100, periodic: true })"],
  ["Cosines", "cosine-exponent", "cosine({ rate: 1, end: 0.1, steps: 240, exponent: 3 })"],
  ["Cosines", "cosine-delay", "cosine({ rate: 1, steps: 240, delay: 3 })"],
  ["Cosines", "warmRestarts", "warmRestarts({ rate: 1, steps: 40, growth: 2, decay: 0.7 })"],
  ["Cycles", "cyclic", "cyclic({ rate: 0.1, peak: 1, up: 30, down: 60 })"],
  ["Cycles", "cyclic-triangular2", 'cyclic({ rate: 0.1, peak: 1, up: 40, mode: "triangular2" })'],
  ["Cycles", "cyclic-exponential", 'cyclic({ rate: 0.1, peak: 1, up: 30, mode: "exponential", factor: 0.99 })'],
  ["Cycles", "oneCycle", "oneCycle({ rate: 1, steps: 300 })"],
  ["Cycles", "oneCycle-three", 'oneCycle({ rate: 1, steps: 300, phases: 3, shape: "linear", rise: 0.4 })'],
  ["Cycles", "oneCycleMomentum", "oneCycleMomentum({ steps: 300 })"],
  ["Cycles", "interpolateRates", "interpolateRates({ boundaries: [0, 50, 150, 300], rates: [0.1, 1, 0.4, 0] })"],
  ["Warm-up", "warmup", "warmup({ steps: 60, then: cosine({ rate: 1, steps: 240 }) })"],
  ["Warm-up", "warmupStableDecay", 'warmupStableDecay({ rate: 1, warmup: 40, stable: 150, decay: 110, fall: "sqrt" })'],
  ["Combinations", "joinSchedules", "joinSchedules([0.3, linear({ rate: 1, steps: 150 }), cosine({ rate: 0.6, steps: 80 })], [60, 180])"],
  ["Combinations", "multiplySchedules", "multiplySchedules([cosine({ rate: 1, steps: 300 }), cyclic({ rate: 0.5, peak: 1, up: 15 })])"],
  ["Combinations", "scaleSchedule", "scaleSchedule(warmup({ steps: 60, then: cosine({ rate: 1, steps: 240 }) }), 0.5)"],
  ["Combinations", "clampSchedule", "clampSchedule(exponential({ rate: 1, factor: 0.5, steps: 40 }), { min: 0.1, max: 0.8 })"],
  ["Combinations", "shiftSchedule", "shiftSchedule(linear({ rate: 1, steps: 150 }), 100)"],
  ["Combinations", "repeatSchedule", "repeatSchedule(cosine({ rate: 1, steps: 60 }), 60, 4)"],
  ["Combinations", "perEpoch", "perEpoch(exponential({ rate: 1, factor: 0.7 }))"],
  ["Combinations", "perFraction", "perFraction(warmup({ steps: 10, then: linear({ rate: 1, steps: 90 }) }))"],
  ["Combinations", "noisySchedule", "noisySchedule({ schedule: cosine({ rate: 1, steps: 300 }), deviation: 0.1, limit: 0.3 })"],
  ["Your own function", "lambda", "lambda({ rate: 1, factor: (step) => 1 / (1 + step / 30) })"],
  ["Your own function", "multiplicative", "multiplicative({ rate: 1, factor: (step) => (step % 50 === 0 ? 0.6 : 1) })"],
  ["Rates set by hand", "manual", "manual({ rate: 1, changes: [[120, 0.5], [220, 0.1]] })"],
  ["Rates that watch the loss", "reduceOnPlateau", "reduceOnPlateau({ rate: 1, factor: 0.5, patience: 12 })"],
  ["Rates that watch the loss", "greedy", "greedy({ rate: 0.3, factor: 0.9, patience: 8 })"],
];

function build(code) {
  return new Function(...Object.keys(schedules), `return ${code}`)(...Object.values(schedules));
}

/** The rates of a schedule; of one that observes, over a loss that falls for a third, stays, and falls again. */
function curve(schedule) {
  if (!schedules.isPlateau(schedule)) return [...schedules.ratesBetween(schedule, 0, STEPS + 1, CLOCK)];
  let state = schedules.startPlateau(schedule);
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const fallen = step < 100 ? step : step < 200 ? 100 : step - 100;
    state = schedules.observePlateau(schedule, state, 1 / (1 + fallen / 20));
    return state.rate;
  });
}

function svg(name, words, rates) {
  const [width, height, left, top, bottom] = [320, 150, 44, 10, 126];
  const high = rates.reduce((a, b) => Math.max(a, b));
  const least = rates.reduce((a, b) => Math.min(a, b));
  const low = least > high / 2 && least < high ? least : 0; // a momentum's curve would be flat if drawn from 0
  const x = (step) => (left + (step / STEPS) * (width - left - 12)).toFixed(1);
  const y = (rate) => (bottom - ((rate - low) / (high - low)) * (bottom - top)).toFixed(1);
  const points = rates.map((rate, step) => `${x(step)},${y(rate)}`).join(" ");
  const label = (rate) => String(Number(rate.toPrecision(2)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${name}: ${words}">
<style>
polyline { fill: none; stroke: #0969da; stroke-width: 1.8; stroke-linejoin: round }
path { fill: none; stroke: #8c959f; stroke-width: 1 }
text { font: 11px system-ui, sans-serif; fill: #57606a }
@media (prefers-color-scheme: dark) { polyline { stroke: #58a6ff } path { stroke: #6e7681 } text { fill: #b1bac4 } }
</style>
<path d="M${left} ${top}V${bottom}H${width - 12}"/>
<text x="${left - 6}" y="${top + 8}" text-anchor="end">${label(high)}</text>
<text x="${left - 6}" y="${bottom}" text-anchor="end">${label(low)}</text>
<text x="${left}" y="${bottom + 16}">step 0</text>
<text x="${width - 12}" y="${bottom + 16}" text-anchor="end">${STEPS}</text>
<polyline points="${points}"/>
</svg>
`;
}

function gallery() {
  const sections = [...new Set(GALLERY.map(([section]) => section))];
  return sections
    .map((section) => {
      const rows = GALLERY.filter((entry) => entry[0] === section).map(([, name, code]) => {
        const words = schedules.describeSchedule(build(code));
        return `| ![${name}](schedules/${name}.svg) | \`${code}\`<br>${words} |`;
      });
      return `### ${section}\n\n| over ${STEPS} steps | |\n| --- | --- |\n${rows.join("\n")}\n`;
    })
    .join("\n");
}

function recipes() {
  const { schedules: rates, plateaus } = JSON.parse(
    readFileSync(new URL("../test/golden/schedules/recipes.json", import.meta.url), "utf8"),
  );
  const rows = [...rates, ...plateaus].filter((row) => row.library !== "formula");
  const cell = (code) => `\`${code.replaceAll("|", "\\|")}\``;
  return [...new Set(rows.map((row) => row.library))]
    .map((library) => {
      const lines = rows
        .filter((row) => row.library === library)
        .map((row) => `| ${cell(row.theirs)}${row.reads === "momentum" ? " (its momentum)" : ""} | ${cell(row.ours)} |`);
      return `### ${library}\n\n| theirs | ours |\n| --- | --- |\n${lines.join("\n")}\n`;
    })
    .join("\n");
}

const files = new Map(
  GALLERY.map(([, name, code]) => {
    const schedule = build(code);
    return [`schedules/${name}.svg`, svg(name, schedules.describeSchedule(schedule), curve(schedule))];
  }),
);
const page = readFileSync(new URL("schedules.md", DOCS), "utf8");
files.set("schedules.md", withMarked(withMarked(page, "gallery", `\n\n${gallery()}\n`), "recipes", `\n\n${recipes()}\n`));

const isCurrent = ([file, content]) => existsSync(new URL(file, DOCS)) && readFileSync(new URL(file, DOCS), "utf8") === content;
const stale = [...files].filter((entry) => !isCurrent(entry));
const left = readdirSync(new URL("schedules/", DOCS)).filter((file) => !files.has(`schedules/${file}`));

if (!process.argv.includes("--check")) {
  for (const [file, content] of stale) writeFileSync(new URL(file, DOCS), content);
  for (const file of left) rmSync(new URL(`schedules/${file}`, DOCS));
} else if (stale.length + left.length > 0) {
  console.error(`docs are stale, run npm run gallery: ${[...stale.map(([file]) => file), ...left].join(", ")}`);
  process.exitCode = 1;
}
