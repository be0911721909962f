// Where a file could say something else, and what it would say: one operator or constant at a time.
import { readFileSync } from "node:fs";
import ts from "typescript";

/** What each operator becomes. */
const OPERATORS = {
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "==": "!=",
  "!=": "==",
  "&&": "||",
  "||": "&&",
  "??": "&&",
  "<<": ">>",
  ">>>": "<<",
  "&": "|",
  "|": "&",
}; // prettier-ignore

/** All places in a file that could be something else: `{ file, line, from, to, replacement, functions }`, the names of the functions around it last. */
export function placesIn(file) {
  const text = readFileSync(file, "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const places = [];
  const functions = [];
  const put = (node, replacement) =>
    places.push({
      file,
      line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
      from: node.getStart(),
      to: node.getEnd(),
      replacement,
      functions: functions.slice(),
    });
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isThrowStatement(node) || ts.isInterfaceDeclaration(node)) return;
    const name = nameOf(node);
    if (name !== undefined) functions.push(name);
    if (ts.isBinaryExpression(node)) {
      const operator = node.operatorToken.getText();
      const isText = operator === "+" && /["'`]/.test(node.getText());
      if (Object.hasOwn(OPERATORS, operator) && !isText) put(node.operatorToken, OPERATORS[operator]);
    } else if (ts.isNumericLiteral(node)) put(node, node.text === "0" ? "1" : node.text === "1" ? "2" : `(${node.getText()} * 1.5)`);
    else if (node.kind === ts.SyntaxKind.TrueKeyword) put(node, "false");
    else if (node.kind === ts.SyntaxKind.FalseKeyword) put(node, "true");
    else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) put(node, node.operand.getText());
    ts.forEachChild(node, visit);
    if (name !== undefined) functions.pop();
  };
  visit(source);
  return places;
}

/** The name by which an engine knows a function. */
function nameOf(node) {
  if (!ts.isFunctionLike(node) || node.body === undefined) return undefined;
  if (ts.isConstructorDeclaration(node)) return node.parent.name?.getText();
  const { parent } = node;
  const name = node.name ?? (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) ? parent.name : undefined);
  if (name === undefined || !(ts.isIdentifier(name) || ts.isPrivateIdentifier(name))) return undefined;
  return (ts.isGetAccessor(node) ? "get " : ts.isSetAccessor(node) ? "set " : "") + name.getText();
}
