// Refuses in src/ and assembly/, but not in src/cli/ and src/search/report/ (which only show), what is not the same on every engine:
//
// - functions of Math whose bits differ, and ** which is one of them: allowed are those that ECMAScript defines exactly;
// - `using`, which throws where there is no Symbol.dispose (Safari): try and finally do.
//
// A script and not a rule of Biome, which cannot parse AssemblyScript.
//
//   node scripts/portable.js
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const EXACT = new Set(["abs", "ceil", "clz32", "floor", "fround", "imul", "max", "min", "round", "sign", "sqrt", "trunc"]);
/** Math in JavaScript and in AssemblyScript. */
const OBJECTS = new Set(["Math", "Mathf", "NativeMath", "NativeMathf", "JSMath"]);

/** What is wrong in a source text, each as "path:line: message". */
export function findings(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const report = (node, message) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${path}:${line + 1}: ${message}`);
  };
  const visit = (node) => {
    if (ts.isIdentifier(node) && OBJECTS.has(node.text)) {
      const { parent } = node;
      const named = ts.isPropertyAccessExpression(parent) && parent.expression === node ? parent.name.text : undefined;
      const constant = named !== undefined && /^[A-Z0-9_]+$/.test(named);
      if (!constant && !EXACT.has(named))
        report(node, `${parent.getText()} differs between engines: use src/numerics/math.ts or assembly/math.ts`);
    }
    const power = ts.isBinaryExpression(node) ? node.operatorToken.kind : undefined;
    if (power === ts.SyntaxKind.AsteriskAsteriskToken || power === ts.SyntaxKind.AsteriskAsteriskEqualsToken) {
      report(
        node,
        `${node.getText()}: ** is Math.pow, which differs between engines: use pow or powi of src/numerics/math.ts, or write the number`,
      );
    }
    if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using) {
      report(node, "using throws where there is no Symbol.dispose (Safari): dispose of it in a finally");
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const paths = ["src", "assembly"].flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)));
const SHOWING = [join("src", "cli"), join("src", "search", "report")];
const sources = paths.filter((path) => path.endsWith(".ts") && !SHOWING.some((folder) => path.startsWith(folder)));
const found = sources.flatMap((path) => findings(path, readFileSync(path, "utf8")));
for (const line of found) console.error(line);
if (found.length > 0) process.exitCode = 1;
else console.log(`${sources.length} files do the same on every engine`);
