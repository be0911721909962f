import "@tensorflow/tfjs-backend-cpu";
import { readFileSync } from "node:fs";
import { numpy } from "@jax-js/jax";
import * as keras from "@tensorflow/tfjs-layers";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import * as digits from "../../src/data/samples/digits.js";
import * as iris from "../../src/data/samples/iris.js";
import * as penguins from "../../src/data/samples/penguins.js";
import * as data from "../../src/entries/data.js";
import * as stepsize from "../../src/entries/index.js";
import * as inference from "../../src/entries/inference.js";
import * as jax from "../../src/entries/jax.js";
import * as minimize from "../../src/entries/minimize.js";
import * as numerics from "../../src/entries/numerics.js";
import * as onnx from "../../src/entries/onnx.js";
import * as optimizers from "../../src/entries/optimizers.js";
import * as report from "../../src/entries/report.js";
import * as schedules from "../../src/entries/schedules.js";
import * as search from "../../src/entries/search.js";
import * as slim from "../../src/entries/slim.js";
import * as tfjs from "../../src/entries/tfjs.js";
import * as torch from "../../src/entries/torch.js";
import * as training from "../../src/entries/training.js";
import { blocks, examples, type Snippet } from "../support/prose.js";

// of the build, beside which the worker's program lies
const workers = await import(new URL("../../dist/workers.js", import.meta.url).href);
const subpaths: Readonly<Record<string, Record<string, unknown>>> = {
  stepsize,
  "stepsize/data": data,
  "stepsize/inference": inference,
  "stepsize/data/digits": digits,
  "stepsize/data/iris": iris,
  "stepsize/data/penguins": penguins,
  "stepsize/report": report,
  "stepsize/numerics": numerics,
  "stepsize/minimize": minimize,
  "stepsize/optimizers": optimizers,
  "stepsize/schedules": schedules,
  "stepsize/search": search,
  "stepsize/slim": slim,
  "stepsize/tfjs": tfjs,
  "stepsize/torch": torch,
  "stepsize/onnx": onnx,
  "stepsize/jax": jax,
  "stepsize/training": training,
  "stepsize/workers": workers,
};
const library: Record<string, unknown> = {
  ...search,
  ...digits,
  ...iris,
  ...penguins,
  ...training,
  ...inference,
  ...minimize,
  ...numerics,
  ...data,
  ...schedules,
  ...optimizers,
  ...stepsize,
};
const AsyncFunction = (async () => {}).constructor as new (...args: string[]) => (...args: unknown[]) => Promise<unknown>;
const csv = readFileSync(new URL("../../data/iris.csv", import.meta.url), "utf8");

/** What snippets take as given, made anew for each. */
function world(code: string): Record<string, () => unknown> {
  const engine = stepsize.loadSync();
  const parts = () => data.datasetsFromCSV(csv, { target: "species" });
  const run: stepsize.Run = {
    model: stepsize.mlp({ inputs: 4, hidden: [4], outputs: 3, activation: "relu" }),
    loss: "crossEntropy",
    optimizer: stepsize.adam({ learningRate: 0.01 }),
    batchSize: 32,
    epochs: 2,
    seed: 1,
  };
  const shapes = code.includes('"dense.weight"')
    ? { "dense.weight": [2, 3] as const, "dense.bias": [3] as const }
    : code.includes('"x"')
      ? { x: [4] as const }
      : { weight: [2, 3] as const };
  const trainer = () => new stepsize.Trainer(engine, run, parts());
  return {
    engine: () => engine,
    parameters: () => new stepsize.Parameters(engine, shapes),
    gradients: () => new Float32Array(6).fill(0.1),
    run: () => run,
    trainer,
    data: () => parts().training,
    training: () => parts().training,
    validation: () => parts().validation,
    features: () => parts().training.features,
    text: () => (code.includes("JSON.parse(text)") ? JSON.stringify(run) : csv),
    encoder: () => parts().encoder,
    table: () => data.parseCSV(csv),
    stream: () => (code.includes("stream(") ? data.stream : new Blob([csv]).stream()),
    outputs: () => [3, 1, 1, 0, 0, 2],
    predictions: () => [0.5, -0.5],
    scaler: () => ({ mean: [10], scale: [2] }),
    schedule: () => schedules.reduceOnPlateau({ rate: 0.1, factor: 0.5, patience: 1 }),
    losses: () => [3, 2, 2, 2, 2],
    model: () => (code.includes("Torch(") ? run.model : keras.sequential({ layers: [keras.layers.dense({ units: 3, inputShape: [4] })] })),
    params: () => numpy.array([1, 2, 3]),
    gradient: () => numpy.array([0.1, 0.2, 0.3]),
    network: () => new stepsize.Network(engine, run.model as stepsize.MlpDescription, "crossEntropy", { rows: 4, seed: 1 }),
    tf: () => ({ loadLayersModel: async () => {} }),
    readFile: () => async () => trainer().checkpoint(),
    writeFile: () => async () => {},
    location: () => ({ origin: "https://example.org" }),
  };
}

/** The names that a snippet declares itself, outside of functions. */
function declared(source: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const add = (name: ts.BindingName) => {
    if (ts.isIdentifier(name)) names.add(name.text);
    else for (const element of name.elements) if (ts.isBindingElement(element)) add(element.name);
  };
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement)) for (const { name } of statement.declarationList.declarations) add(name);
    if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name) names.add(statement.name.text);
  }
  return names;
}

/** Takes the imports out of a snippet: returns the rest, and what was imported. */
function withoutImports(code: string): { code: string; imported: Record<string, unknown> } {
  const imported: Record<string, unknown> = {};
  const rest = code.replace(/^import \{([^}]*)\} from "([^"]+)";$/gm, (_, names: string, specifier: string) => {
    const entry = subpaths[specifier];
    if (entry === undefined && !specifier.startsWith("node:")) throw new Error(`there is no "${specifier}"`);
    for (const name of names.split(",").map((name) => name.trim())) {
      if (entry === undefined || name === "" || name.startsWith("type ")) continue;
      if (!(name in entry)) throw new Error(`"${specifier}" has no ${name}`);
      imported[name] = entry[name];
    }
    return "";
  });
  return { code: rest, imported };
}

/** Runs a snippet; returns the value of a last expression. What it does not import or declare is the library's, or of the world. */
async function run(snippet: Snippet): Promise<unknown> {
  const { code, imported } = withoutImports(snippet.code);
  const source = ts.createSourceFile("snippet.js", code, ts.ScriptTarget.Latest, true);
  const own = declared(source);
  const scope = new Map<string, unknown>();
  const given = world(code);
  const everything = Object.keys(imported).length > 0 ? imported : library;
  for (const name of new Set(code.match(/[A-Za-z_]\w*/g))) {
    if (own.has(name)) continue;
    if (name in imported) scope.set(name, imported[name]);
    else if (name in given) scope.set(name, given[name]?.());
    else if (name in everything) scope.set(name, everything[name]);
  }
  if (snippet.place.includes("src/entries/slim.ts")) scope.set("load", slim.load);
  const last = source.statements.at(-1);
  const body = last && ts.isExpressionStatement(last) ? `${code.slice(0, last.getStart())}return ${code.slice(last.getStart())}` : code;
  return new AsyncFunction(...scope.keys(), body)(...scope.values());
}

/** The value that a snippet's last line says it has: a number or a text in full. */
function promised(code: string): number | string | undefined {
  const [, text] = /\/\/ (-?\d[\d.]*(?:e-?\d+)?|"[^"]*")$/.exec(code.trim()) ?? [];
  return text === undefined ? undefined : JSON.parse(text);
}

beforeAll(() => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  vi.stubGlobal("fetch", async () => new Response(readFileSync(new URL("../../dist/engine/core.wasm", import.meta.url))));
});
afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

// what needs a server is run by test/search/executors/bullmq.test.ts
const all = [...examples(), ...blocks()].filter(({ code }) => !code.includes("stepsize/bullmq"));

describe("snippets run", () => {
  test("there are many", () => {
    expect(examples().length).toBeGreaterThan(100);
    expect(blocks().length).toBeGreaterThan(3);
  });

  test.each(all)("$place", async (snippet) => {
    const value = await run(snippet);
    const expected = promised(snippet.code);
    if (typeof expected === "number") expect(value).toBeCloseTo(expected, 12);
    else if (expected !== undefined) expect(value).toBe(expected);
  });

  test("every optimizer, wrapper and schedule has an example, of its own kind where that is a description", async () => {
    const byName = new Map(examples().map((example) => [example.place.split(" ")[0] as string, example]));
    for (const kind of [...optimizers.rules.keys(), ...optimizers.wrappers.keys()]) {
      expect([...byName.keys()]).toContain(kind);
      const value = await run(byName.get(kind) as Snippet);
      if (typeof value === "object" && value !== null && "kind" in value) expect(value.kind).toBe(kind);
    }
  });
});
