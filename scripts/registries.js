// Writes what follows from the files of a folder: src/generated/NAME.ts exports what users call of it and the types they give, and
// src/generated/LIST.ts lists its rules, in modules of their own so that a bundle of one factory holds no other.
//
// Public is an exported function with an @example, and every exported type; a rule is an exported constant whose name ends in Rule or Wrapper.
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { writeIfChanged } from "./write.js";

const REGISTRIES = [
  {
    folders: ["schedules/kinds"],
    factories: "schedules",
    list: {
      name: "scheduleRules",
      suffix: "Rule",
      type: "ScheduleRule",
      from: "../schedules/schedule.js",
      about: "Every kind of schedule.",
    },
  },
  {
    folders: ["optimizers/kinds"],
    list: { name: "optimizerRules", suffix: "Rule", type: "AnyRule", from: "../optimizers/rule.js", about: "Every update rule." },
  },
  {
    folders: ["optimizers/wrappers"],
    list: {
      name: "optimizerWrappers",
      suffix: "Wrapper",
      type: "AnyWrapper",
      from: "../optimizers/wrapper.js",
      about: "Everything that goes around another optimizer.",
    },
  },
  { folders: ["optimizers/kinds", "optimizers/wrappers"], factories: "factories" },
  {
    folders: ["models/losses"],
    factories: "losses",
    list: { name: "lossRules", suffix: "Loss", type: "LossRule", from: "../models/loss.js", about: "Every kind of loss." },
  },
  {
    folders: ["training/metrics"],
    factories: "metrics",
    list: { name: "metricRules", suffix: "Metric", type: "MetricRule", from: "../training/metric.js", about: "Every kind of metric." },
  },
  {
    folders: ["models/layers"],
    factories: "layers",
    list: { name: "layerRules", suffix: "Layer", type: "AnyLayerRule", from: "../models/layer.js", about: "Every kind of layer." },
  },
];

/** What a file exports: the names that users see, types marked as such, and its constants. */
function exportsOf(path) {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const [shown, constants] = [[], []];
  for (const statement of source.statements) {
    if (!statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) continue;
    if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) shown.push(`type ${statement.name.text}`);
    else if (ts.isVariableStatement(statement)) constants.push(...statement.declarationList.declarations.map(({ name }) => name.text));
    else if (ts.isFunctionDeclaration(statement) && ts.getJSDocTags(statement).some(({ tagName }) => tagName.text === "example"))
      shown.push(statement.name.text);
  }
  return { shown, constants };
}

mkdirSync("src/generated", { recursive: true });
for (const { folders, factories, list } of REGISTRIES) {
  const files = folders.flatMap((folder) =>
    readdirSync(`src/${folder}`)
      .filter((name) => name.endsWith(".ts"))
      .sort()
      .map((name) => ({ from: `../${folder}/${name.replace(".ts", ".js")}`, ...exportsOf(`src/${folder}/${name}`) })),
  );
  const made = `// Made by scripts/registries.js from the files of ${folders.map((folder) => `src/${folder}`).join(" and ")}.`;
  if (factories !== undefined) {
    const lines = files.filter(({ shown }) => shown.length > 0).map(({ from, shown }) => `export { ${shown.join(", ")} } from "${from}";`);
    writeIfChanged(`src/generated/${factories}.ts`, `${made}\n${lines.join("\n")}\n`);
  }
  if (list === undefined) continue;
  const rules = files.map(({ from, constants }) => ({ from, names: constants.filter((name) => name.endsWith(list.suffix)) }));
  const empty = rules.find(({ names }) => names.length === 0);
  if (empty !== undefined)
    throw new Error(`${empty.from.replace("../", "src/").replace(".js", ".ts")} exports no constant whose name ends in ${list.suffix}`);
  writeIfChanged(
    `src/generated/${list.name}.ts`,
    `${made}
${rules.map(({ from, names }) => `import { ${names.join(", ")} } from "${from}";`).join("\n")}
import type { ${list.type} } from "${list.from}";

/** ${list.about} */
export const ${list.name} = [
${rules.flatMap(({ names }) => names.map((name) => `  ${name},`)).join("\n")}
] as unknown as readonly ${list.type}[];
`,
  );
}
