import { Array as JaxArray, type JsTree } from "@jax-js/jax";
import { OptionError } from "../../options/errors.js";
import { show } from "../../options/options.js";

/** A tree of jax-js's arrays: an array, or objects and lists of such. */
export type Tree = JsTree<JaxArray>;

/** An array of a tree, with its path as name: "layers.0.weight"; the array of a tree that is one alone is "params". */
export interface Leaf {
  readonly name: string;
  readonly array: JaxArray;
}

/** The arrays of a tree, in the order in which it has them. @throws OptionError for what is no array, and what is being traced. */
export function leavesOf(tree: Tree, what: string, name = ""): Leaf[] {
  if (tree instanceof JaxArray) return [{ name: name || "params", array: tree }];
  const place = name === "" ? what : `${what}.${name}`;
  if (typeof tree !== "object" || tree === null) throw new OptionError(place, tree, `must be an array of jax-js, got ${show(tree)}`);
  if ("aval" in tree || "fullLower" in tree)
    throw new OptionError(place, tree, "must hold numbers: call this outside of jit(), grad() and vmap(), which trace");
  return Object.entries(tree).flatMap(([key, inner]) => leavesOf(inner as Tree, what, name === "" ? key : `${name}.${key}`));
}

/** A tree of the same structure, of other arrays in the same order. */
export function rebuilt<T extends Tree>(tree: T, arrays: Iterator<JaxArray>): T {
  if (tree instanceof JaxArray) return arrays.next().value as T;
  if (Array.isArray(tree)) return tree.map((inner) => rebuilt(inner, arrays)) as unknown as T;
  return Object.fromEntries(Object.entries(tree).map(([key, inner]) => [key, rebuilt(inner as Tree, arrays)])) as T;
}
