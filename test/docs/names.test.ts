import ts from "typescript";
import { expect, test } from "vitest";
import * as data from "../../src/entries/data.js";
import * as stepsize from "../../src/entries/index.js";
import * as inference from "../../src/entries/inference.js";
import * as jax from "../../src/entries/jax.js";
import * as minimize from "../../src/entries/minimize.js";
import * as numerics from "../../src/entries/numerics.js";
import * as onnx from "../../src/entries/onnx.js";
import * as optimizers from "../../src/entries/optimizers.js";
import * as schedules from "../../src/entries/schedules.js";
import * as search from "../../src/entries/search.js";
import * as tfjs from "../../src/entries/tfjs.js";
import * as torch from "../../src/entries/torch.js";
import * as training from "../../src/entries/training.js";
import { pages, parse, read, sourcesOf, walk } from "../support/prose.js";

// Names in prose go stale when what they name is renamed: "through fromJSON(...)" was in an error message when there was no such function.

/** Of other languages and libraries, and what hosts have that Node has not. */
const ELSEWHERE = new Set([
  "createReadStream",
  "pipeThrough",
  "return",
  "int",
  "postMessage",
  "computeGradients",
  "setMomentum",
  "includeOptimizer",
]);
const exported = new Set(
  [stepsize, data, minimize, numerics, optimizers, schedules, search, tfjs, jax, torch, onnx, training, inference].flatMap((entry) =>
    Object.keys(entry),
  ),
);

/** Every name that the sources declare: functions, members, options, parameters, kernels. */
const known = new Set<string>();
/** Those of them that can be called. */
const callable = new Set<string>();
for (const path of [...sourcesOf("src"), ...sourcesOf("assembly")]) {
  walk(parse(path), (node) => {
    const { name } = node as { name?: ts.Node };
    if (name === undefined || !(ts.isIdentifier(name) || ts.isPrivateIdentifier(name) || ts.isStringLiteral(name))) return;
    if (ts.isPropertyAccessExpression(node)) return;
    known.add(name.text);
    const { type } = node as { type?: ts.Node };
    if (ts.isFunctionLike(node) || (type !== undefined && ts.isFunctionTypeNode(type))) callable.add(name.text);
  });
  // words that options take are names too: "crossEntropy"
  walk(parse(path), (node) => {
    if (ts.isStringLiteral(node) && /^[a-z]\w*$/.test(node.text)) known.add(node.text);
  });
}

/** A function or class that someone could call. */
function canBeCalled(name: string): boolean {
  return exported.has(name) || callable.has(name) || name in globalThis || name in Math || ELSEWHERE.has(name);
}

/** What a text names that is not there. */
function stale(text: string): string[] {
  const code = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code as string);
  const words = code.filter((code) => /^[a-z]+[A-Z]\w*$/.test(code));
  // reduceOnPlateau(...), anywhere; lower-case words only in code, since sum(x) may be a formula; snake_case is of other libraries
  const calls = [...text.matchAll(/(?<![\w.#@/-])([a-z]+[A-Z]\w*)\(/g)].map(([, name]) => name as string);
  const called = code.flatMap((code) => /^(?:await |new )?([a-z][a-zA-Z0-9]+)\(/.exec(code)?.[1] ?? []);
  return [
    ...words.filter(
      (name) => !known.has(name) && !exported.has(name) && !(name in globalThis) && !(name in Atomics) && !ELSEWHERE.has(name),
    ),
    ...[...calls, ...called].filter((name) => !canBeCalled(name)).map((name) => `${name}()`),
  ];
}

test.each(pages)("%s names nothing that is not there", (page) => {
  expect(stale(read(page).replace(/^```[\s\S]*?^```$/gm, ""))).toEqual([]);
});

test.each(sourcesOf("src"))("docstrings and messages of %s name nothing that is not there", (path) => {
  const source = parse(path);
  const texts: string[] = [];
  walk(source, (node) => {
    const { jsDoc } = node as { jsDoc?: readonly ts.JSDoc[] };
    for (const doc of jsDoc ?? []) texts.push(doc.getText().replace(/@example[\s\S]*/, ""));
    if (ts.isStringLiteral(node) || ts.isTemplateLiteral(node)) {
      const { parent } = node;
      const isPath = ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent);
      if (!isPath)
        texts.push(
          node
            .getText()
            .slice(1, -1)
            .replace(/\$\{[^}]*\}/g, ""),
        );
    }
  });
  expect(texts.flatMap(stale)).toEqual([]);
});
