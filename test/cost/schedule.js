// A toy schedule, "harmonic": rate / (1 + step).
import { readFileSync } from "node:fs";
import { join } from "node:path";

const RECIPES = "test/golden/schedules/recipes.json";
const NUMBERS = "test/golden/schedules/formula.json";
const THEIRS = "lr / (1 + k)";
const RATES = [0.1, 3];

const source = `import { type DescribedSchedule, make, type ScheduleRule } from "../schedule.js";
import { rate } from "../shared/fields.js";

/** The options of \`harmonic\`. */
export interface HarmonicOptions {
  /** The rate of the first update, at least 0. */
  rate: number;
}

/**
 * The harmonic series: rate / (1 + step).
 *
 * @throws OptionError for an unknown option or a value out of range
 * @example harmonic({ rate: 0.1 })
 */
export function harmonic(options: HarmonicOptions): DescribedSchedule<HarmonicOptions> {
  return make(harmonicRule, options);
}

export const harmonicRule: ScheduleRule<HarmonicOptions> = {
  kind: "harmonic",
  fields: { rate },
  evaluate: ({ rate }, step) => rate / (1 + step),
  describe: ({ rate }) => \`\${rate} over one more than the step\`,
};
`;

/** The golden numbers, which schedules.py gives: here in float64. */
function numbers(folder) {
  const golden = JSON.parse(readFileSync(join(folder, NUMBERS), "utf8"));
  const rates = RATES.map((lr) => Array.from({ length: 200 }, (_, k) => lr / (1 + k)));
  golden.schedules.push({ theirs: THEIRS, rates });
  return JSON.stringify(golden);
}

export const schedule = {
  what: "schedule",
  cost: 3,
  files: (folder) => ({ "src/schedules/kinds/harmonic.ts": source, [NUMBERS]: numbers(folder) }),
  edits: [
    {
      path: RECIPES,
      after: '"schedules": [\n',
      text: `    {"library": "formula", "theirs": "${THEIRS}", "ours": "harmonic({ rate: lr })", "sets": ${JSON.stringify(RATES.map((lr) => ({ lr })))}},\n`,
    },
  ],
  commands: [
    ["npx", "tsc", "--noEmit"],
    ["npx", "vitest", "run", "test/schedules", "test/docs"],
  ],
};
