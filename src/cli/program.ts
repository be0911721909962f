import { Command } from "commander";
import { version } from "../generated/hash.js";
import { describeCommand } from "./describe.js";
import { doctorCommand } from "./doctor.js";
import { oneLine } from "./errors.js";
import { exportCommand } from "./export/export.js";
import { playgroundCommand } from "./playground.js";
import { predictCommand } from "./predict.js";
import { rangeTestCommand } from "./range-test.js";
import { reportCommand } from "./report.js";
import { searchCommand } from "./search.js";
import { printableLines } from "./terminal.js";
import { trainCommand } from "./train.js";
import { verifyCommand } from "./verify.js";
import { workerCommand } from "./worker.js";

/** Every command: one line registers it. */
const commands = [
  searchCommand,
  rangeTestCommand,
  trainCommand,
  predictCommand,
  describeCommand,
  reportCommand,
  exportCommand,
  verifyCommand,
  workerCommand,
  doctorCommand,
  playgroundCommand,
];

export function program(): Command {
  const root = new Command("stepsize")
    .description("Which learning rate suits this run? Search for it, train with it, predict with what was trained.")
    .version(version)
    .showSuggestionAfterError()
    .helpCommand(false);
  for (const command of commands) root.addCommand(command());
  for (const command of [root, ...root.commands]) {
    command.exitOverride().configureOutput({
      outputError: (text, write) => write(`${printableLines(`stepsize: ${oneLine(text.replace(/^error: /, ""))}`)}\n`),
    });
  }
  return root;
}
