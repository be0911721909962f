// Writes what follows from the files of a folder, one kind a file: src/generated/NAME.ts exports the factories and the types of their
// options, and src/generated/RULES.ts lists the rules, in modules of their own so that a bundle of one factory holds no other.
//
// The file cosine.ts exports the factory `cosine` and the rule `cosineRule`.
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { writeIfChanged } from "./write.js";

const REGISTRIES = [
  {
    folder: "schedules/kinds",
    factories: "schedules",
    rules: "scheduleRules",
    type: ["ScheduleRule", "../schedules/schedule.js"],
    about: "Every kind of schedule there is.",
  },
];

mkdirSync("src/generated", { recursive: true });
for (const { folder, factories, rules, type, about } of REGISTRIES) {
  const kinds = readdirSync(`src/${folder}`)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => name.slice(0, -".ts".length))
    .sort();
  const made = `// Made by scripts/registries.js from the files of src/${folder}.`;
  const exports = kinds.map((kind) => {
    const text = readFileSync(`src/${folder}/${kind}.ts`, "utf8");
    const names = [...text.matchAll(/^export (function|interface|type|const) (\w+)/gm)].filter(([, , name]) => name !== `${kind}Rule`);
    for (const name of [`function ${kind}`, `const ${kind}Rule`]) {
      if (!new RegExp(`^export ${name}\\b`, "m").test(text)) throw new Error(`src/${folder}/${kind}.ts must export ${name}`);
    }
    const list = names.map(([, what, name]) => (what === "interface" || what === "type" ? `type ${name}` : name));
    return `export { ${list.join(", ")} } from "../${folder}/${kind}.js";`;
  });
  writeIfChanged(`src/generated/${factories}.ts`, `${made}\n${exports.join("\n")}\n`);
  writeIfChanged(
    `src/generated/${rules}.ts`,
    `${made}
${kinds.map((kind) => `import { ${kind}Rule } from "../${folder}/${kind}.js";`).join("\n")}
import type { ${type[0]} } from "${type[1]}";

/** ${about} */
export const ${rules}: readonly ${type[0]}[] = [
${kinds.map((kind) => `  ${kind}Rule,`).join("\n")}
];
`,
  );
}
