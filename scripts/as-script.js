// Makes a script of a module, with a small module in its place: Node 20 takes code that V8 made in an earlier process for scripts only, and gives no
// import() to what was made of it. Texts keep their length, so that source maps still tell where they come from.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import ts from "typescript";
import { edited } from "./edits.js";

/** Rewrites a module that esbuild wrote, after the line `banner`; src/cli/kept-code.ts runs it. */
export async function asScript(path, banner, options) {
  const script = path.replace(/\.js$/, ".cjs");
  const { text, names } = scriptOf(readFileSync(path, "utf8"), banner);
  writeFileSync(script, text);
  if (existsSync(`${path}.map`)) renameSync(`${path}.map`, `${script}.map`);
  await build({
    ...options,
    splitting: false,
    stdin: {
      contents: `import { runScript } from "./src/cli/kept-code.ts";
        export const { ${names.join(", ")} } = runScript(import.meta.url.replace(/js$/, "cjs"), (path) => import(path));`,
      resolveDir: ".",
    },
    outfile: path,
    allowOverwrite: true,
  });
}

/** The text as a function of `Import` that gives what the module exports, and the names of that. */
function scriptOf(text, banner) {
  if (!text.startsWith(`${banner}\n`) || /\bImport\b/.test(text))
    throw new Error("this is not the text of a chunk, or it has an Import of its own");
  const edits = [];
  const names = [];
  const visit = (node) => {
    if (node.kind === ts.SyntaxKind.ImportKeyword || ts.isMetaProperty(node))
      edits.push({ from: node.getStart(), to: node.getStart() + 1, put: "I" });
    else if (ts.isImportDeclaration(node) || node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
      throw new Error(`what is a script to do with ${node.getText().slice(0, 80)}?`);
    else if (ts.isExportDeclaration(node)) {
      const { elements } = node.exportClause;
      names.push(...elements.map(({ name }) => name.text));
      const given = elements.map(({ propertyName, name }) => (propertyName ? `${name.text}:${propertyName.text}` : name.text));
      edits.push({ from: node.getStart(), to: node.end, put: `return{${given.join(",")}};` });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("chunk.js", text, ts.ScriptTarget.Latest, true));
  return { text: `(function(Import){"use strict";${edited(text, edits)}})\n`, names };
}
