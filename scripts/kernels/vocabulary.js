// The words of a formula: the helpers of assembly/lanes.ts and assembly/math.ts that have a meaning for one number, with that meaning in
// JavaScript and in C. A number is `n`, a mask `m`: a vector of bits in wasm, a boolean elsewhere.
//
// Operands come as code (below). What stands twice in a result has to be a name: `twice` says which operands are given one first.

/** How tightly code binds, so that parentheses stand only where they are needed. */
const NAME = 5;
const SIGNED = 4;
const COMPARED = 3;
const JOINED = 2;
const CHOSEN = 1;

/** Code in the language of the output. `stored` is what may stand in its place where storing rounds to float32 anyway. */
export function code(text, binds = NAME, stored = text) {
  return { text, binds, stored };
}

const wrapped = (operand, least) => (operand.binds < least ? `(${operand.text})` : operand.text);
const joined = (a, operator, b, binds, least) => code(`${wrapped(a, least)} ${operator} ${wrapped(b, least)}`, binds);
const compared = (operator) => (a, b) => joined(a, operator, b, COMPARED, SIGNED);
const either = (a, b) => joined(a, "||", b, JOINED, COMPARED);
const both = (a, b) => joined(a, "&&", b, JOINED, COMPARED);
const negative = (a) => code(`-${wrapped(a, NAME)}`, SIGNED);
const chosen = (mask, a, b) => code(`${wrapped(mask, JOINED)} ? ${wrapped(a, JOINED)} : ${b.text}`, CHOSEN);
const call =
  (name) =>
  (...operands) =>
    code(`${name}(${operands.flatMap(({ text }) => text ?? []).join(", ")})`);
/** `operation` in float64, rounded; to store it is to round it. */
const rounded = (operation) => code(`f(${operation})`, NAME, operation);
const arithmetic = {
  js: (operator) => (a, b) => rounded(`${wrapped(a, SIGNED)} ${operator} ${wrapped(b, SIGNED)}`),
  c: (operator) => (a, b) => code(`(${wrapped(a, SIGNED)} ${operator} ${wrapped(b, SIGNED)})`),
};
const ZERO = code("0");
const ONE = code("1");
const operation = (operator) => ({ type: "nn>n", js: arithmetic.js(operator), c: arithmetic.c(operator) });
const alike = (type, form) => ({ type, js: form, c: form });
/** A function of src/engine/reference/math.ts, and of bench/native/loops.c. */
const computed = (js, c) => ({ type: "n>n", from: "math", uses: js, js: call(js), ...(c && { c: call(c) }) });

const lessOf = (a, b) => chosen(compared("<")(b, a), b, a);
const moreOf = (a, b) => chosen(compared("<")(a, b), b, a);

/** Helper → what it takes and gives, where it stands, and its forms. `uses` is what the JavaScript has to import. */
const HELPERS = {
  add: operation("+"),
  sub: operation("-"),
  mul: operation("*"),
  div: operation("/"),
  sqrt: { type: "n>n", js: (a) => rounded(`Math.sqrt(${a.text})`), c: call("sqrtf") },
  neg: alike("n>n", negative),
  abs: { type: "n>n", js: call("Math.abs"), c: call("fabsf") },
  sign: { type: "n>n", js: call("Math.sign"), c: call("sign") },
  pmin: { type: "nn>n", twice: { js: [0, 1] }, js: lessOf, c: call("smaller") },
  pmax: { type: "nn>n", twice: { js: [0, 1] }, js: moreOf, c: call("larger") },
  clamp: {
    type: "nnn>n",
    twice: { js: [0, 1, 2] },
    js: (x, least, most, name) => moreOf(name(lessOf(x, most)), least),
    c: call("clamp"),
  },
  flushed: { type: "nn>n", uses: "flushed", js: call("flushed") },
  lt: alike("nn>m", compared("<")),
  le: alike("nn>m", compared("<=")),
  gt: alike("nn>m", compared(">")),
  eq: { type: "nn>m", js: compared("==="), c: compared("==") },
  both: alike("mm>m", both),
  either: alike("mm>m", either),
  opposes: {
    ...alike("nn>m", (a, b) =>
      either(
        code(`(${both(compared("<")(a, ZERO), compared(">")(b, ZERO)).text})`),
        code(`(${both(compared(">")(a, ZERO), compared("<")(b, ZERO)).text})`),
      ),
    ),
    twice: { js: [0, 1], c: [0, 1] },
  },
  select: alike("nnm>n", (a, b, mask) => chosen(mask, a, b)),
  keepWhere: alike("nm>n", (x, mask) => chosen(mask, x, ZERO)),
  zeroWhere: alike("nm>n", (x, mask) => chosen(mask, ZERO, x)),
  negateWhere: { ...alike("nm>n", (x, mask) => chosen(mask, negative(x), x)), twice: { js: [0], c: [0] } },
  fromOne: alike("n>n", (x) => x),
  oneOr: alike("nmnm>n", (a, whereA, b, whereB) => chosen(whereA, a, chosen(whereB, b, ONE))),
  exp: computed("exp"),
  expNegative: computed("exp"),
  log: computed("log"),
  log1p: computed("log1p"),
  sigmoid: computed("sigmoid"),
  tanh: computed("tanh", "hyperbolicTangent"),
  cbrt: computed("cbrt", "cubeRoot"),
};

/** Numbers under a root: what flows there must not be below zero. */
export const ROOTS = new Set(["sqrt", "cbrt", "log"]);

export function helper(name) {
  if (!Object.hasOwn(HELPERS, name)) return undefined;
  const [takes, gives] = HELPERS[name].type.split(">");
  return { from: "lanes", ...HELPERS[name], name, takes, gives };
}

export const words = Object.keys(HELPERS);
