// What the documentation says, taken apart: examples, code blocks, and the names in its prose.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Snippet {
  /** Where it stands, for the name of its test. */
  readonly place: string;
  readonly code: string;
}

/** The TypeScript files below a folder of the repository, but for what is generated. */
export function sourcesOf(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".ts") && !name.startsWith("generated"))
    .map((name) => join(folder, name))
    .sort();
}

export const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs")).flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : [])),
];

export function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

export function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
}

/** Calls `action` with a node and all below it. */
export function walk(node: ts.Node, action: (node: ts.Node) => void): void {
  action(node);
  ts.forEachChild(node, (child) => walk(child, action));
}

/** Every @example of src/, of whatever it stands over. */
export function examples(): Snippet[] {
  return sourcesOf("src").flatMap((path) => {
    const found: Snippet[] = [];
    walk(parse(path), (node) => {
      const { jsDoc, name } = node as { jsDoc?: readonly ts.JSDoc[]; name?: ts.Node };
      for (const tag of jsDoc?.flatMap(({ tags }) => [...(tags ?? [])]) ?? []) {
        if (tag.tagName.text !== "example") continue;
        const code = (ts.getTextOfJSDocComment(tag.comment) ?? "").trim();
        found.push({ place: `${name?.getText() ?? "?"} in ${path}`, code: code.replace(/^```\w*\n|\n```$/g, "") });
      }
    });
    return found;
  });
}

/** Every block of JavaScript on a page. One that cannot be run says so and why: "```js not run: ...". */
export function blocks(): Snippet[] {
  return pages.flatMap((path) =>
    [...read(path).matchAll(/^```(js|javascript|ts|typescript)\b(.*)\n([\s\S]*?)^```$/gm)].flatMap(([, , mark, code], i) =>
      /^ not run: \w/.test(mark ?? "") ? [] : [{ place: `block ${i + 1} of ${path}`, code: code as string }],
    ),
  );
}
