// Writes the AssemblyScript of formulas: the loops around them.

const INDENT = "    ";

/** The module assembly/generated/<name>.ts of a file of formulas. */
export function assemblyOf(formulas) {
  const writer = new Writer(formulas);
  const bodies = [
    ...[...formulas.constants.values()].filter(({ text }) => text).map(({ text }) => text),
    ...formulas.helpers.map((helper) => writer.helper(helper)),
    ...formulas.kernels.map((kernel) => writer.kernel(kernel)),
  ];
  const limits = [...formulas.constants.values()].flatMap(({ imported }) => imported ?? []);
  const imports = [
    ["lanes", [...writer.used.lanes]],
    ["math", [...writer.used.math]],
    ["limits", limits],
  ].filter(([, names]) => names.length > 0);
  const lines = imports.map(([from, names]) => `import { ${names.sort().join(", ")} } from "../${from}";`);
  return `// Made by scripts/kernels/ from ${formulas.path}.\n${lines.join("\n")}\n\n${bodies.join("\n\n")}\n`;
}

class Writer {
  used = { lanes: new Set(["load", "splat", "store"]), math: new Set() };
  #own;

  constructor({ kernels }) {
    this.#own = new Set(kernels.map(({ name }) => name));
  }

  helper({ name, parameters, statements }) {
    const lines = statements.map((statement) => `  ${this.#statement(statement)}`);
    return `@inline\nfunction ${name}(${parameters.map((parameter) => `${parameter}: v128`).join(", ")}): v128 {\n${lines.join("\n")}\n}`;
  }

  kernel(kernel) {
    const { name, doc, pointers, scalars, statements, vectors, tail } = kernel;
    const ahead = statements.filter((statement) => statement.ahead);
    const inside = statements.filter((statement) => !statement.ahead);
    const parameters = [
      ...pointers.map((pointer) => `${pointer.name}: usize`),
      "n: usize",
      ...scalars.map((scalar) => `${scalar.name}: f32`),
    ];
    const head = [
      ...(doc ? [doc.includes("\n") ? `/**\n * ${doc.replaceAll("\n", "\n * ")}\n */` : `/** ${doc} */`] : []),
      `export function ${name}(${parameters.join(", ")}): void {`,
      ...scalars.map((scalar) => `  const ${scalar.vector} = splat(${scalar.name});`),
      ...ahead.map((statement) => `  ${this.#statement(statement)}`),
    ];
    if (vectors === 2) return this.#two(kernel, ahead, inside, head);
    const body = inside.map((statement) => `${INDENT}${this.#statement(statement, " + i")}`);
    if (!tail) return [...head, "  let i: usize = 0;", "  if (n) do {", ...body, "  } while ((i += 16) < n << 2);", "}"].join("\n");
    this.used.lanes.add("loadFirst").add("storeFirst");
    return [
      ...head,
      "  const whole = (n << 2) & ~15, rest = n & 3;",
      "  let i: usize = 0;",
      "  if (whole) do {",
      ...body,
      "  } while ((i += 16) < whole);",
      "  if (rest) {",
      ...inside.map((statement) => `${INDENT}${this.#statement(statement, " + whole", "rest")}`),
      "  }",
      "}",
    ].join("\n");
  }

  /** Two vectors a turn, and the last one alone. */
  #two({ name, pointers, scalars }, ahead, inside, head) {
    const vectors = [...scalars.map(({ vector }) => vector), ...ahead.map((statement) => statement.name)].filter((vector) =>
      inside.some(({ value }) => mentions(value, vector)),
    );
    const parameters = [...pointers.map((pointer) => `${pointer.name}: usize`), ...vectors.map((vector) => `${vector}: v128`)];
    const call = (at) => `${name}Vector(${[...pointers.map((pointer) => pointer.name + at), ...vectors].join(", ")});`;
    return [
      "@inline",
      `function ${name}Vector(${parameters.join(", ")}): void {`,
      ...inside.map((statement) => `  ${this.#statement(statement)}`),
      "}",
      "",
      ...head,
      "  const end = n << 2;",
      "  let i: usize = 0;",
      "  if (end > 16) do {",
      INDENT + call(" + i"),
      INDENT + call(" + i + 16"),
      "  } while ((i += 32) + 16 < end);",
      `  if (i < end) ${call(" + i")}`,
      "}",
    ].join("\n");
  }

  /** With pointers at an offset, and only the first of four numbers where a `count` is given. */
  #statement({ kind, name, pointer, value }, offset = "", count = undefined) {
    const text = this.#expression(value, offset, count);
    if (kind === "const") return `const ${name} = ${text};`;
    if (kind === "return") return `return ${text};`;
    return count ? `storeFirst(${pointer}${offset}, ${text}, ${count});` : `store(${pointer}${offset}, ${text});`;
  }

  #expression(value, offset, count) {
    if (value.kind === "name") return value.name;
    if (value.kind === "number") return `splat(${value.text})`;
    if (value.kind === "load") return count ? `loadFirst(${value.pointer}${offset}, ${count})` : `load(${value.pointer}${offset})`;
    return `${this.#called(value.word)}(${value.operands.map((operand) => this.#expression(operand, offset, count)).join(", ")})`;
  }

  /** The name of a helper in this file, where a kernel may have the helper's own. */
  #called({ name, from, local }) {
    if (local) return name;
    const taken = this.#own.has(name);
    this.used[from].add(taken ? `${name} as ${name}4` : name);
    return taken ? `${name}4` : name;
  }
}

function mentions(value, name) {
  return value.kind === "name" ? value.name === name : (value.operands ?? []).some((operand) => mentions(operand, name));
}
