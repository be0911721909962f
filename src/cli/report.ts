import { Command } from "commander";
import type { SearchResult } from "../search/conclude.js";
import { conduct, type Subject } from "../search/conduct.js";
import { runFromJSON } from "../training/from-json.js";
import type { CheckedRun } from "../training/run.js";
import { addOutputs, type Outputs, tellAnswer } from "./answer.js";
import { UsageError } from "./errors.js";
import { type LedgerContents, openLedger } from "./ledger.js";
import { trainLineFor } from "./search.js";
import { printable } from "./terminal.js";
import { checkOutputs } from "./write.js";

export function reportCommand(): Command {
  const command = new Command("report")
    .argument("<ledger>", "the file of a search --ledger")
    .summary("show the answer of a search again, without its data")
    .description("Says what the trials in a ledger come to, those of an unfinished search too, and writes the page of the search again.");
  return addOutputs(command).action(report);
}

async function report(path: string, outputs: Outputs): Promise<void> {
  if (outputs.report !== false) await checkOutputs([{ flag: "--report", path: outputs.report }], [path]);
  const ledger = openLedger(path);
  const { head, words } = ledger;
  const result = await answerOf(path, ledger);
  const line = result.best && trainLineFor(words, result.best.rate);
  await tellAnswer(result, head.context, line, ` in ${printable(path)}`, outputs);
}

/** What the trials in a ledger come to. @throws UsageError where none has ended. */
export async function answerOf(path: string, ledger: LedgerContents): Promise<SearchResult> {
  const result = await conduct(subjectOf(ledger), ledger.plan, async (jobs) => jobs.map((job) => ledger.find(job)));
  if (result === undefined) throw new UsageError(`${printable(path)} has no trial that has ended yet`);
  return result;
}

function subjectOf({ head, guesses }: LedgerContents): Subject {
  return {
    run: runFromJSON(head.run) as CheckedRun,
    facts: head.facts,
    guess: (split) => {
      const guess = guesses.get(split);
      if (guess === undefined) throw new UsageError("the ledger is damaged: it does not say what guessing reaches");
      return guess;
    },
  };
}
