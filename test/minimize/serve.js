// Evaluates the problems for test/golden/minimize.py: a question a line on standard input, the answer a line on standard output.
import { createInterface } from "node:readline";
import { boxOf, objective, problems } from "./problems.js";

const answer = ({ name, what, x }) => {
  if (what === "problems") return Object.fromEntries(Object.entries(problems).map(([key, p]) => [key, { x0: p.x0, bounds: boxOf(p) }]));
  const problem = problems[name];
  if (what === "residuals") return problem.f(x);
  if (what === "jacobian") return problem.J(x);
  return objective(problem)[what](x);
};
for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(answer(JSON.parse(line))));
