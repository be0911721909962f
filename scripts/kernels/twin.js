// Writes the JavaScript twins of formulas: one number at a time, rounded to float32 after every operation.
import { Scalar } from "./scalar.js";
import { code } from "./vocabulary.js";

/** The module src/generated/twins/<name>.ts of a file of formulas; `limits` has the constants of assembly/limits.ts. */
export function twinsOf(formulas, limits) {
  const writer = new Writer(formulas);
  const functions = [
    ...formulas.helpers.map((helper) => writer.helper(helper)),
    ...formulas.kernels.map((kernel) => writer.kernel(kernel)),
  ];
  const constants = [...formulas.constants.values()].map(
    ({ name, imported, value }) => `const ${name} = ${writer.number(imported ? limits.get(imported) : value).text};`,
  );
  const body = [...(constants.length > 0 ? [constants.join("\n")] : []), ...functions].join("\n\n");
  const heap = ["f", "flushed"].filter((name) => new RegExp(`\\b${name}\\(`).test(body));
  const lines = [
    'import type { Kernels } from "../kernels.js";',
    `import { ${[...heap, "type Heap"].join(", ")} } from "../../engine/reference/heap.js";`,
    ...(writer.math.size > 0 ? [`import { ${[...writer.math].sort().join(", ")} } from "../../engine/reference/math.js";`] : []),
  ];
  return `// Made by scripts/kernels/ from ${formulas.path}.\n${lines.join("\n")}\n\n${body}\n`;
}

const INDENT = "      ";

class Writer {
  /** What is imported from src/engine/reference/math.ts. */
  math = new Set();
  #own;

  constructor({ kernels }) {
    this.#own = new Set(kernels.map(({ name }) => name));
  }

  helper({ name, parameters, statements }) {
    const lines = [];
    const scalar = this.#scalar(lines, "  ");
    for (const { kind, name: local, value } of statements)
      lines.push(kind === "const" ? `  const ${local} = ${this.#text(scalar, value)};` : `  return ${this.#text(scalar, value)};`);
    return `function ${name}(${parameters.map((parameter) => `${parameter}: number`).join(", ")}): number {\n${lines.join("\n")}\n}`;
  }

  kernel({ name, pointers, scalars, statements }) {
    const names = new Map(scalars.map((scalar) => [scalar.vector, scalar.name]));
    const ahead = [];
    const inside = [];
    const aheadOf = this.#scalar(ahead, "    ", names, "a");
    const insideOf = this.#scalar(inside, INDENT, names);
    for (const { kind, name: local, pointer, value, ahead: isAhead } of statements) {
      if (kind === "store") inside.push(`${INDENT}memory[${pointer} + i] = ${this.#stored(insideOf, value)};`);
      else if (isAhead) ahead.push(`    const ${local} = ${this.#text(aheadOf, value)};`);
      else inside.push(`${INDENT}const ${local} = ${this.#text(insideOf, value)};`);
    }
    return [
      `export function ${name}(heap: Heap): Kernels["${name}"] {`,
      `  return (${[...pointers.map((each) => each.name), "n", ...scalars.map((each) => each.name)].join(", ")}) => {`,
      "    const memory = heap.f32;",
      ...pointers.map((each) => `    ${each.name} >>>= 2;`),
      ...scalars.map((each) => `    ${each.name} = f(${each.name});`),
      ...ahead,
      "    for (let i = 0; i < n; i++) {",
      ...inside,
      "    }",
      "  };",
      "}",
    ].join("\n");
  }

  /** A number known at build time, every operation of it rounded. */
  number(value) {
    if (value.literal)
      return Number(value.literal) === Math.fround(Number(value.literal)) ? code(value.literal) : code(`f(${value.literal})`);
    if (value.name) return code(value.name);
    if (value.minus) return code(`-${this.number(value.minus).text}`, 4);
    return code(`f(${this.number(value.left).text} ${value.operator} ${this.number(value.right).text})`);
  }

  #scalar(lines, indent, names = new Map(), prefix = "") {
    return new Scalar({
      language: "js",
      names,
      load: (pointer) => code(`memory[${pointer} + i] as number`, 1),
      number: (value) => this.number(value),
      define: (name, { text }) => lines.push(`${indent}const ${prefix}${name} = ${text};`),
    });
  }

  #text(scalar, value) {
    this.#import(value);
    return this.#renamed(scalar.code(value).text);
  }

  #stored(scalar, value) {
    this.#import(value);
    return this.#renamed(scalar.code(value).stored);
  }

  #import(value) {
    if (value.kind !== "call") return;
    const { from, uses } = value.word;
    if (from === "math") this.math.add(this.#own.has(uses) ? `${uses} as ${uses}1` : uses);
    for (const operand of value.operands) this.#import(operand);
  }

  /** A function of math.ts whose name a kernel of this file has. */
  #renamed(text) {
    return text.replace(/(?<![\w.])(\w+)\(/g, (whole, name) => (this.#own.has(name) ? `${name}1(` : whole));
  }
}
