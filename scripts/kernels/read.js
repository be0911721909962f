// Reads a file of formulas (assembly/elementwise/*.ts) with the TypeScript parser. What a formula may be is told in docs/kernels.md; whatever
// else stands there is an error with file and line.
import { readFileSync } from "node:fs";
import ts from "typescript";
import { helper, ROOTS, words } from "./vocabulary.js";

/** What generated code calls its own. */
const TAKEN = new Set(["n", "i", "f", "end", "whole", "rest", "heap", "memory"]);
const TAGS = new Set(["vectors", "tail"]);

/** The formulas of a file: { path, kernels, helpers, constants, imports }. */
export function readFormulas(path, text = readFileSync(path, "utf8")) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const reader = new Reader(file);
  for (const { start, messageText } of file.parseDiagnostics) reader.fail(start, ts.flattenDiagnosticMessageText(messageText, " "));
  for (const statement of file.statements) reader.read(statement);
  if (reader.kernels.length === 0) reader.fail(0, "no kernel: export a function of pointers and vectors");
  return { path, kernels: reader.kernels, helpers: reader.helpers, constants: reader.constants, imports: reader.imports };
}

class Reader {
  kernels = [];
  helpers = [];
  /** Name → { name, text, expression } of `const NAME: f32 = ...`, the ones of assembly/limits.ts with `imported`. */
  constants = new Map();
  /** Local name → helper. */
  imports = new Map();
  #file;

  constructor(file) {
    this.#file = file;
  }

  fail(where, message) {
    const { line } = this.#file.getLineAndCharacterOfPosition(typeof where === "number" ? where : where.getStart());
    throw new Error(`${this.#file.fileName}:${line + 1}: ${message}`);
  }

  read(statement) {
    if (ts.isImportDeclaration(statement)) return this.#import(statement);
    if (ts.isVariableStatement(statement)) return this.#constant(statement);
    if (!ts.isFunctionDeclaration(statement))
      this.fail(statement, "only imports, constants (const NAME: f32 = ...) and functions may stand here");
    const exported = ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (exported) this.kernels.push(this.#kernel(statement));
    else this.helpers.push(this.#helper(statement));
  }

  #import(statement) {
    const from = /^\.\.\/(lanes|math|limits)$/.exec(statement.moduleSpecifier.text)?.[1];
    const bindings = statement.importClause?.namedBindings;
    if (from === undefined || bindings === undefined || !ts.isNamedImports(bindings))
      this.fail(statement, 'import { ... } from "../lanes", "../math" or "../limits"');
    for (const element of bindings.elements) {
      const [local, name] = [element.name.text, (element.propertyName ?? element.name).text];
      if (from === "limits") this.constants.set(local, { name: local, imported: name });
      else if (from === "lanes" && ["load", "store", "splat"].includes(name) && local === name) continue;
      else if (helper(name)?.from === from) this.imports.set(local, helper(name));
      else
        this.fail(
          element,
          `${name} of ${from}.ts has no meaning for one number (scripts/kernels/vocabulary.js); there are load, store, splat, ${words.join(", ")}`,
        );
    }
  }

  #constant(statement) {
    for (const declaration of statement.declarationList.declarations) {
      if (declaration.type?.getText() !== "f32" || !declaration.initializer) this.fail(declaration, "a constant is const NAME: f32 = ...");
      const name = declaration.name.getText();
      this.constants.set(name, { name, text: statement.getText(), value: this.#number(declaration.initializer) });
    }
  }

  /** A number that is known at build time, in float32: { literal }, { name }, { minus }, or { operator, left, right }. */
  #number(node) {
    if (ts.isParenthesizedExpression(node)) return this.#number(node.expression);
    if (ts.isNumericLiteral(node)) return { literal: node.getText() };
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) return { minus: this.#number(node.operand) };
    if (ts.isIdentifier(node) && (node.text === "Infinity" || this.constants.has(node.text))) return { name: node.text };
    const operator = ts.isBinaryExpression(node) && node.operatorToken.getText();
    if (operator && "+-*/".includes(operator)) return { operator, left: this.#number(node.left), right: this.#number(node.right) };
    return this.fail(node, `${node.getText()} is no number known at build time: literals and constants with + - * /`);
  }

  #kernel(declaration) {
    const name = declaration.name.text;
    const pointers = [];
    const scalars = [];
    for (const parameter of declaration.parameters) {
      const [vector, type] = [parameter.name.getText(), parameter.type?.getText()];
      if (type === "usize" && scalars.length === 0 && /^[a-z]\w*$/.test(vector))
        pointers.push({ name: vector, loaded: false, stored: false, nonnegative: false });
      else if (type === "v128" && /^[A-Z][A-Z0-9]*$/.test(vector)) scalars.push({ name: vector.toLowerCase(), vector });
      else this.fail(parameter, `${parameter.getText()}: pointers first (p: usize), then scalars in capitals (RATE: v128)`);
    }
    if (pointers.length === 0) this.fail(declaration, `${name} has no pointer`);
    if (declaration.type?.getText() !== "void") this.fail(declaration, `${name} has to return void; what returns a sum is written by hand`);
    const names = [...pointers, ...scalars].map((parameter) => parameter.name);
    for (const each of names)
      if (TAKEN.has(each) || names.indexOf(each) !== names.lastIndexOf(each))
        this.fail(declaration, `two things would be called ${each} in ${name}`);
    const body = new Body(
      this,
      pointers,
      scalars.map(({ vector }) => vector),
    );
    const statements = declaration.body.statements.flatMap((statement) => body.statement(statement));
    for (const { name: pointer, loaded, stored } of pointers)
      if (!loaded && !stored) this.fail(declaration, `${name} neither loads nor stores ${pointer}`);
    if (!pointers.some(({ stored }) => stored)) this.fail(declaration, `${name} stores nothing`);
    const kernel = { name, doc: docOf(declaration), pointers, scalars, statements, ...this.#tags(declaration) };
    markNonnegative(kernel);
    return kernel;
  }

  #tags(declaration) {
    const found = { vectors: 1, tail: false };
    for (const tag of ts.getJSDocTags(declaration)) {
      const [name, text] = [tag.tagName.text, (ts.getTextOfJSDocComment(tag.comment) ?? "").trim()];
      if (name === "vectors" && text === "2") found.vectors = 2;
      else if (name === "tail" && text === "") found.tail = true;
      else this.fail(tag, `@${name} ${text}: there are ${[...TAGS].map((each) => `@${each}`).join(" and ")}: "@vectors 2" and "@tail"`);
    }
    if (found.tail && found.vectors === 2) this.fail(declaration, "two vectors a turn and a tail do not go together yet");
    return found;
  }

  /** A function of vectors that gives one, for the formulas of its file. */
  #helper(declaration) {
    const name = declaration.name.text;
    const parameters = declaration.parameters.map((parameter) => {
      if (parameter.type?.getText() !== "v128") this.fail(parameter, `${parameter.getText()}: a helper takes vectors (X: v128)`);
      return parameter.name.getText();
    });
    if (declaration.type?.getText() !== "v128") this.fail(declaration, `${name} has to return v128`);
    const body = new Body(this, [], parameters);
    const statements = declaration.body.statements.flatMap((statement) => body.statement(statement));
    if (statements.at(-1)?.kind !== "return") this.fail(declaration, `${name} has to end with return`);
    const made = {
      name,
      parameters,
      statements,
      text: declaration.getText(),
      local: true,
      takes: "n".repeat(parameters.length),
      gives: statements.at(-1).value.type,
    };
    this.imports.set(name, made);
    return made;
  }

  /** { type, kind: "call" | "name" | "load" | "number", ... } */
  expression(node, body) {
    if (ts.isParenthesizedExpression(node)) return this.expression(node.expression, body);
    if (ts.isIdentifier(node)) return body.named(node);
    if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression))
      this.fail(node, `${node.getText()}: a formula is made of names and calls of helpers`);
    const called = node.expression.text;
    if (called === "load") return { kind: "load", type: "n", pointer: body.load(this.#only(node)) };
    if (called === "splat") return { kind: "number", type: "n", value: this.#number(this.#only(node)), text: this.#only(node).getText() };
    const word = this.imports.get(called);
    if (word === undefined) this.fail(node, `${called} is not imported from lanes.ts or math.ts, nor written above`);
    const operands = node.arguments.map((argument) => this.expression(argument, body));
    const types = operands.map(({ type }) => type).join("");
    if (types !== word.takes) this.fail(node, `${called} takes ${described(word.takes)}, not ${described(types)}`);
    return { kind: "call", type: word.gives, word, operands };
  }

  #only(node) {
    if (node.arguments.length !== 1) this.fail(node, `${node.expression.getText()} takes one argument`);
    return node.arguments[0];
  }
}

/** The statements of a function, in order. */
class Body {
  #reader;
  #pointers;
  #scalars;
  #locals = new Map();
  #stored = false;

  constructor(reader, pointers, scalars) {
    this.#reader = reader;
    this.#pointers = pointers;
    this.#scalars = scalars;
  }

  statement(node) {
    const reader = this.#reader;
    if (ts.isVariableStatement(node) && node.declarationList.flags & ts.NodeFlags.Const)
      return node.declarationList.declarations.map((each) => this.#constant(each));
    if (ts.isReturnStatement(node) && node.expression && this.#pointers.length === 0)
      return [{ kind: "return", value: reader.expression(node.expression, this) }];
    const stores =
      ts.isExpressionStatement(node) && ts.isCallExpression(node.expression) && node.expression.expression.getText() === "store";
    if (!stores) reader.fail(node, "a formula is made of const NAME = ... and store(pointer, ...)");
    const [target, value] = node.expression.arguments;
    const pointer = this.#pointer(target);
    const made = { kind: "store", pointer: pointer.name, value: reader.expression(value, this) };
    if (made.value.type !== "n") reader.fail(value, "a mask cannot be stored");
    if (pointer.stored) reader.fail(node, `${pointer.name} is stored twice`);
    pointer.stored = true;
    this.#stored = true;
    return [made];
  }

  #constant(declaration) {
    const name = declaration.name.getText();
    const reader = this.#reader;
    if (!/^[A-Z]\w*$/.test(name)) reader.fail(declaration, `${name}: vectors have names in capitals`);
    if (this.#scalars.includes(name) || this.#locals.has(name)) reader.fail(declaration, `${name} is there already`);
    const value = reader.expression(declaration.initializer, this);
    const ahead = this.#pointers.length > 0 && isAhead(value, this.#locals, this.#scalars);
    const made = { kind: "const", name, value, ahead };
    this.#locals.set(name, made);
    return made;
  }

  named(node) {
    const local = this.#locals.get(node.text);
    if (local) return { kind: "name", type: local.value.type, name: node.text, local };
    if (this.#scalars.includes(node.text)) return { kind: "name", type: "n", name: node.text };
    return this.#reader.fail(
      node,
      `${node.text} is no vector known here${this.#pointers.some(({ name }) => name === node.text) ? ": load it" : ""}`,
    );
  }

  load(node) {
    const pointer = this.#pointer(node);
    // two arrays that lie a multiple of 4 KiB apart would wait for each other
    if (this.#stored) this.#reader.fail(node, `load(${pointer.name}) after a store: load everything first (docs/performance.md says why)`);
    pointer.loaded = true;
    return pointer.name;
  }

  #pointer(node) {
    const pointer = node && this.#pointers.find(({ name }) => name === node.getText());
    return pointer ?? this.#reader.fail(node, `${node?.getText()} is no pointer of this kernel`);
  }
}

/** Whether a value is the same for all vectors, so that it is computed once, ahead of the loop. */
function isAhead(value, locals, scalars) {
  if (value.kind === "number") return true;
  if (value.kind === "name") return scalars.includes(value.name) || locals.get(value.name).ahead;
  return value.kind === "call" && value.operands.every((operand) => isAhead(operand, locals, scalars));
}

/** Marks the pointers whose numbers flow into a root other than by their squares: no such number is below zero in a run. */
function markNonnegative({ pointers, statements }) {
  const marked = new Set();
  const visit = (value, rooted) => {
    if (value.kind === "load" && rooted) marked.add(value.pointer);
    if (value.kind === "name" && value.local && rooted) visit(value.local.value, true);
    if (value.kind !== "call") return;
    const square =
      value.word.name === "mul" && value.operands.every(({ kind, name }) => kind === "name" && name === value.operands[0].name);
    for (const operand of value.operands) visit(operand, operand.type === "n" && !square && (rooted || ROOTS.has(value.word.name)));
  };
  for (const { value } of statements) visit(value, false);
  for (const pointer of pointers) pointer.nonnegative = marked.has(pointer.name) && !["p", "g"].includes(pointer.name);
}

const KINDS = { n: "a number", m: "a mask" };
const described = (types) => [...types].map((type) => KINDS[type]).join(" and ") || "nothing";

function docOf(declaration) {
  const doc = ts.getJSDocCommentsAndTags(declaration).find(ts.isJSDoc);
  return doc ? (ts.getTextOfJSDocComment(doc.comment) ?? "").trim() : "";
}
