import { Command } from "commander";
import { version } from "../generated/hash.js";
import { oneLine } from "./errors.js";
import { searchCommand } from "./search.js";
import { printableLines } from "./terminal.js";

/** The program for a command line that begins with a word: every command, or the search alone where it is that, which then starts in nine tenths of the time. */
export async function program(word?: string): Promise<Command> {
  const root = new Command("stepsize")
    .description("Which learning rate suits this run? Search for it, train with it, predict with what was trained.")
    .version(version)
    .showSuggestionAfterError()
    .helpCommand(false);
  const commands = word === "search" ? [searchCommand] : (await import("./commands.js")).commands;
  for (const command of commands) root.addCommand(command());
  for (const command of [root, ...root.commands]) {
    command.exitOverride().configureOutput({
      outputError: (text, write) => write(`${printableLines(`stepsize: ${oneLine(text.replace(/^error: /, ""))}`)}\n`),
    });
  }
  return root;
}
