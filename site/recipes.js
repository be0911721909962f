import { readFileSync } from "node:fs";

const FILE = new URL("../test/golden/schedules/recipes.json", import.meta.url);

/** The names of arguments that factories take one after the other. */
const POSITIONAL = {
  joinSchedules: ["schedules", "boundaries"],
  multiplySchedules: ["schedules"],
  scaleSchedule: ["schedule", "factor"],
  shiftSchedule: ["schedule", "steps"],
  repeatSchedule: ["schedule", "steps", "times"],
  perEpoch: ["schedule"],
};

/**
 * The module "virtual:recipes": calls of other libraries beside ours, as test/golden/schedules/recipes.json has them, whose equality the golden
 * tests prove. Ours become patterns that a schedule can be held against.
 */
export const recipes = {
  name: "recipes",
  resolveId: (id) => (id === "virtual:recipes" ? "\0recipes" : undefined),
  load(id) {
    if (id !== "\0recipes") return undefined;
    const { schedules, plateaus } = JSON.parse(readFileSync(FILE, "utf8"));
    const rows = [...schedules, ...plateaus]
      .filter(({ library }) => library !== "formula")
      .flatMap(({ library, theirs, ours, reads }) => {
        const pattern = patternOf(this.parse(`(${ours})`).body[0].expression);
        return pattern === undefined ? [] : [{ library, theirs: reads === "momentum" ? `${theirs}  # its momentum` : theirs, pattern }];
      });
    return `export default ${JSON.stringify(rows)};`;
  },
};

/** A pattern of an expression; undefined where it holds a function. */
function patternOf(node) {
  if (node.type === "ParenthesizedExpression") return patternOf(node.expression);
  if (node.type === "Identifier") return { symbol: node.name };
  if (node.type === "Literal") return { value: node.value };
  if (node.type === "UnaryExpression") return whole({ operator: "-", terms: [{ value: 0 }, patternOf(node.argument)] });
  if (node.type === "BinaryExpression") return whole({ operator: node.operator, terms: [patternOf(node.left), patternOf(node.right)] });
  if (node.type === "ArrayExpression") return whole({ entries: node.elements.map(patternOf) }, "entries");
  if (node.type !== "CallExpression") return undefined;
  if (node.callee.type !== "Identifier") return whole({ operator: node.callee.property.name, terms: node.arguments.map(patternOf) });
  const kind = node.callee.name;
  const names = POSITIONAL[kind];
  const options = names
    ? Object.fromEntries(node.arguments.map((argument, i) => [names[i], patternOf(argument)]))
    : Object.fromEntries(node.arguments[0].properties.map(({ key, value }) => [key.name, patternOf(value)]));
  return Object.values(options).includes(undefined) ? undefined : { kind, options };
}

function whole(pattern, list = "terms") {
  return pattern[list].includes(undefined) ? undefined : pattern;
}
