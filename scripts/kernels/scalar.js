// Writes formulas for one number at a time: what the twins in JavaScript and the loops in C have in common.
import { code } from "./vocabulary.js";

/**
 * Translates the expressions of a function. `language` is "js" or "c"; `load` gives the code of a load, `number` that of a number known at build
 * time, `define` takes the name and code of what has to have a name.
 */
export class Scalar {
  #language;
  #load;
  #number;
  #define;
  #names;
  #count = 0;

  constructor({ language, load, number, define, names = new Map() }) {
    this.#language = language;
    this.#load = load;
    this.#number = number;
    this.#define = define;
    this.#names = names;
  }

  code(value) {
    if (value.kind === "name") return code(this.#names.get(value.name) ?? value.name);
    if (value.kind === "load") return this.#load(value.pointer);
    if (value.kind === "number") return this.#number(value.value);
    const { word } = value;
    let operands = value.operands.map((operand) => this.code(operand));
    const twice = word.twice?.[this.#language] ?? [];
    operands = operands.map((operand, i) => (twice.includes(i) ? this.#named(operand, value.operands[i].type) : operand));
    if (word.local && this.#language === "js") return code(`${word.name}(${operands.map(({ text }) => text).join(", ")})`);
    const form = word[this.#language];
    if (form === undefined) throw new Error(`${word.name} has no form in ${this.#language} (scripts/kernels/vocabulary.js)`);
    return form(...operands, (operand) => this.#named(operand, "n"));
  }

  /** A name for what stands twice. */
  #named(operand, type) {
    if (/^-?[\w.]+$/.test(operand.text)) return operand;
    const name = `t${++this.#count}`;
    this.#define(name, operand, type);
    return code(name);
  }
}
