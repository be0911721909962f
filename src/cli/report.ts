import { Command } from "commander";
import type { SearchResult } from "../search/conclude.js";
import { conduct, type Subject } from "../search/conduct.js";
import type { Job } from "../search/executors/executor.js";
import { type LedgerContents, runHash } from "../search/ledger-lines.js";
import { conductStudy } from "../search/study.js";
import { runFromJSON } from "../training/from-json.js";
import type { CheckedRun } from "../training/run.js";
import { addOutputs, type Outputs, tellAnswer } from "./answer.js";
import { UsageError } from "./errors.js";
import { openLedger, pausedText } from "./ledger.js";
import { studyLineFor, trainLineFor } from "./search.js";
import { tellStudy } from "./study.js";
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
  const { head, asked } = ledger;
  const { plan, words, study } = asked;
  const took = ` in ${printable(path)}`;
  if (study !== undefined) {
    const runs = study.map(({ values, run }) => ({ values, run: runFromJSON(run) as CheckedRun, hash: runHash(run) }));
    const result = await conductStudy(runs, plan, head.facts, ({ run, hash }, own) =>
      conduct(subjectOf(ledger, run), own, async (jobs) => jobs.map((job) => ledger.find(placeIn(ledger, job, hash)))),
    );
    if (result === undefined) throw nothingEnded(path, ledger);
    await tellStudy(result, head.context, studyLineFor(words, result), took, outputs);
    return;
  }
  const result = await answerOf(path, ledger);
  const line = result.best && trainLineFor(words, result.best.rate);
  await tellAnswer(result, head.context, line, took, outputs);
}

function nothingEnded(path: string, { results }: LedgerContents): UsageError {
  return new UsageError(`${printable(path)} has ${pausedText(results.values()) ?? "no trial that has ended yet"}`);
}

/** What the trials in a ledger of one run come to. @throws UsageError where none has ended, or where there are several runs. */
export async function answerOf(path: string, ledger: LedgerContents): Promise<SearchResult> {
  const name = printable(path);
  if (ledger.asked.study !== undefined)
    throw new UsageError(`${name} is of a search --vary: stepsize report ${name} shows what its runs come to`);
  const run = runFromJSON(ledger.head.run) as CheckedRun;
  const result = await conduct(subjectOf(ledger, run), ledger.asked.plan, async (jobs) => jobs.map((job) => ledger.find(job)));
  if (result === undefined) throw nothingEnded(path, ledger);
  return result;
}

/** Where a trial of a study is in its ledger. */
function placeIn({ head }: LedgerContents, { rate, seed, split, until }: Job, hash: string) {
  const own = hash === runHash(head.run);
  return { rate, seed, split, ...(until !== undefined && { until }), ...(!own && { of: hash }) };
}

function subjectOf({ head, guesses }: LedgerContents, run: CheckedRun): Subject {
  return {
    run,
    facts: head.facts,
    guess: (split) => {
      const guess = guesses.get(split);
      if (guess === undefined) throw new UsageError("the ledger is damaged: it does not say what guessing reaches");
      return guess;
    },
  };
}
