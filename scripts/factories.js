// Writes src/generated/factories.ts: what users call of src/optimizers/kinds/ and src/optimizers/wrappers/, found by what is there. Public is an
// exported function with an @example, and every exported type.
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { writeIfChanged } from "./write.js";

const FOLDERS = ["src/optimizers/kinds", "src/optimizers/wrappers"];

/** The public names of a source text, types marked as such. */
function publicNames(path) {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  return source.statements.flatMap((statement) => {
    if (!statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return [`type ${statement.name.text}`];
    const shown = ts.isFunctionDeclaration(statement) && ts.getJSDocTags(statement).some(({ tagName }) => tagName.text === "example");
    return shown ? [statement.name.text] : [];
  });
}

const lines = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .flatMap((name) => {
      const names = publicNames(`${folder}/${name}`);
      return names.length === 0
        ? []
        : [`export { ${names.join(", ")} } from "${folder.replace("src", "..")}/${name.replace(".ts", ".js")}";`];
    }),
);
mkdirSync("src/generated", { recursive: true });
writeIfChanged("src/generated/factories.ts", `// Made by scripts/factories.js.\n${lines.join("\n")}\n`);
