// Writes the loops of formulas in C, for bench/native/loops.c: one number at a time, for the compiler to make vectors of.
import { Scalar } from "./scalar.js";
import { code } from "./vocabulary.js";

/** The functions of a kernel in C, with the arguments of the kernel. */
export function loopInC({ name, pointers, scalars, statements }) {
  const names = new Map(scalars.map((scalar) => [scalar.vector, scalar.name]));
  const lines = { ahead: [], inside: [] };
  const scalar = (where) =>
    new Scalar({
      language: "c",
      names,
      load: (pointer) => code(`${pointer}[i]`),
      number: (value) => code(number(value)),
      define: (local, { text }, type) => lines[where].push(`${TYPES[type]} ${local} = ${text};`),
    });
  const [ahead, inside] = [scalar("ahead"), scalar("inside")];
  for (const { kind, name: local, pointer, value, ahead: isAhead } of statements) {
    if (kind === "store") lines.inside.push(`${pointer}[i] = ${inside.code(value).text};`);
    else if (isAhead) lines.ahead.push(`${TYPES[value.type]} ${local} = ${ahead.code(value).text};`);
    else lines.inside.push(`${TYPES[value.type]} ${local} = ${inside.code(value).text};`);
  }
  const parameters = [
    ...pointers.map((pointer) => `${pointer.stored ? "vec" : "cvec"} ${pointer.name}`),
    "size_t n",
    ...scalars.map((each) => `float ${each.name}`),
  ];
  return [
    `KERNEL ${name}(${parameters.join(", ")}) {`,
    ...lines.ahead.map((line) => `  ${line}`),
    "  EACH {",
    ...lines.inside.map((line) => `    ${line}`),
    "  }",
    "}",
    "",
  ].join("\n");
}

const TYPES = { n: "float", m: "int" };

function number(value) {
  if (value.literal) return /[.e]/.test(value.literal) ? `${value.literal}f` : `${value.literal}.0f`;
  if (value.minus) return `-${number(value.minus)}`;
  throw new Error("constants by name have no form in C yet (scripts/kernels/c.js)");
}
