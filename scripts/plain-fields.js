// Makes plain fields of private ones. V8 looks a private field up as it does the key of an object, until a function is compiled for speed: a tenth of
// a step that it has not compiled yet. The command line is a program whose objects nobody else holds.
import { readFileSync } from "node:fs";
import ts from "typescript";
import { edited } from "./edits.js";

/** A plugin of esbuild for the modules of src/. */
export const plainFields = {
  name: "plain fields",
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({
      contents: withPlainFields(readFileSync(path, "utf8"), path),
      loader: "ts",
    }));
  },
};

/** The text of a module in which the private field `#rate` of a class is called `_rate`; of a class `Group` that extends another, `_Group_rate`. */
function withPlainFields(text, path) {
  const edits = [];
  const visit = (node, classes) => {
    if (ts.isPrivateIdentifier(node)) {
      const owner = classes.find(({ fields }) => fields.has(node.text));
      if (owner === undefined || ts.isBinaryExpression(node.parent))
        throw new Error(`${path}: what is to become of ${node.parent.getText()}?`);
      edits.push({ from: node.getStart(), to: node.end, put: owner.prefix + node.text.slice(1) });
    }
    const inside = ts.isClassLike(node) ? [classOf(node), ...classes] : classes;
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true), []);
  return edited(text, edits);
}

function classOf({ name, members, heritageClauses = [] }) {
  const extended = heritageClauses.some(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
  const fields = members.flatMap(({ name }) => (name && ts.isPrivateIdentifier(name) ? [name.text] : []));
  return { prefix: extended ? `_${name?.text}_` : "_", fields: new Set(fields) };
}
