// The documentation of exported functions, read from the sources: what tables are made from and what the tests run the examples of.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/**
 * Every exported function with a docstring in the .ts files of a folder: its name, its paragraphs, and the code of its @example.
 */
export function docstrings(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".ts"));
  return files.sort().flatMap((name) => {
    const path = join(folder, name);
    const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
    return source.statements.flatMap((statement) => {
      const exported = ts.isFunctionDeclaration(statement) && statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
      const doc = exported ? statement.jsDoc?.at(-1) : undefined;
      if (doc === undefined) return [];
      const example = doc.tags?.find((tag) => tag.tagName.text === "example");
      return [
        {
          file: name,
          name: statement.name.text,
          paragraphs: text(doc.comment)
            .split(/\n\s*\n/)
            .map((paragraph) => paragraph.replace(/\s*\n\s*/g, " ").trim()),
          example: example && text(example.comment).trim(),
        },
      ];
    });
  });
}

function text(comment) {
  return ts.getTextOfJSDocComment(comment) ?? "";
}
