import type { MissingMethod } from "stepsize/data";
import { cos, Random } from "stepsize/numerics";

/** Data that a page brings along, as the text of a CSV file: what the command line reads from that file has the same bits. */
export interface Sample {
  readonly title: string;
  readonly file: string;
  readonly target: string;
  readonly missing?: MissingMethod;
  /** Rows of two numbers, which can be drawn. */
  readonly plane?: boolean;
  text(): Promise<string>;
}

const ROWS = 500;

/** A quarter of a turn is a turn of the cosine. */
const sin = (x: number) => cos(x - Math.PI / 2);

/** Rows of two numbers and a class, made from a seed. */
function plane(name: string, point: (i: number, random: Random) => readonly [number, number, string]): () => Promise<string> {
  return async () => {
    const random = new Random(1, name);
    const rows = Array.from({ length: ROWS }, (_, i) => {
      const [x, y, label] = point(i, random);
      return `${x.toFixed(4)},${y.toFixed(4)},${label}`;
    });
    return `x,y,class\n${rows.join("\n")}\n`;
  };
}

export const SAMPLES = {
  moons: {
    title: "moons: two half circles",
    file: "moons.csv",
    target: "class",
    plane: true,
    text: plane("moons", (i, random) => {
      const angle = Math.PI * random.uniform();
      const [dx, dy] = [0.16 * random.normal(), 0.16 * random.normal()];
      return i % 2 === 0 ? [cos(angle) + dx, sin(angle) + dy, "upper"] : [1 - cos(angle) + dx, 0.5 - sin(angle) + dy, "lower"];
    }),
  },
  spirals: {
    title: "spirals: two arms",
    file: "spirals.csv",
    target: "class",
    plane: true,
    text: plane("spirals", (i, random) => {
      const way = Math.sqrt(random.uniform()) * 3 * Math.PI;
      const sign = i % 2 === 0 ? 1 : -1;
      const [dx, dy] = [0.25 * random.normal(), 0.25 * random.normal()];
      return [sign * way * cos(way) + dx, sign * way * sin(way) + dy, i % 2 === 0 ? "first" : "second"];
    }),
  },
  rings: {
    title: "rings: three circles in each other",
    file: "rings.csv",
    target: "class",
    plane: true,
    text: plane("rings", (i, random) => {
      const angle = 2 * Math.PI * random.uniform();
      const radius = 0.7 + (i % 3) + 0.16 * random.normal();
      return [radius * cos(angle), radius * sin(angle), ["inner", "middle", "outer"][i % 3] as string];
    }),
  },
  digits: {
    title: "digits: 1,797 handwritten digits",
    file: "digits.csv",
    target: "digit",
    text: async () => (await import("stepsize/data/digits")).digits(),
  },
  iris: {
    title: "iris: 150 flowers",
    file: "iris.csv",
    target: "species",
    text: async () => (await import("stepsize/data/iris")).iris(),
  },
  penguins: {
    title: "penguins: 344 birds, some cells missing",
    file: "penguins.csv",
    target: "species",
    missing: "mean",
    text: async () => (await import("stepsize/data/penguins")).penguins(),
  },
} as const satisfies Record<string, Sample>;

export type SampleName = keyof typeof SAMPLES;
export const SAMPLE_NAMES = Object.keys(SAMPLES) as SampleName[];
