import { Command } from "commander";
import type { CSVParts } from "../data/csv.js";
import { DivergedError } from "../options/errors.js";
import { number } from "../options/options.js";
import { type TrainDocument, trainDocument } from "../search/report/document.js";
import { metricsText, short } from "../search/report/format.js";
import { trainReport } from "../search/report/train.js";
import { scaleRun } from "../search/scale.js";
import { scheduleNotes, scheduleNoteText } from "../training/fit-notes.js";
import type { RunLog } from "../training/logs.js";
import type { EpochRecord, TrainProgress } from "../training/records.js";
import { type CheckedRun, clockOf } from "../training/run.js";
import { Trainer } from "../training/trainer.js";
import { curveChart } from "./chart.js";
import { InterruptedError, UsageError } from "./errors.js";
import { Interrupt } from "./interrupt.js";
import { Keeper, readSaves } from "./keeper.js";
import { LogFile } from "./log-file.js";
import { fingerprintOf, type ModelFile, readModel } from "./model-file.js";
import { optimizerOf } from "./optimizer.js";
import { contextOf, describeRun, introduce, readData, startEngine, unscaledRun } from "./prepare.js";
import { Progress } from "./progress.js";
import { addSettings, type Settings, type SizedSettings, sized } from "./settings.js";
import { attempt } from "./tell.js";
import { paint, printable, say } from "./terminal.js";
import { readTunedData, tunedSettings } from "./tune.js";
import { numberOf } from "./values.js";
import { checkOutputs, writeWhole } from "./write.js";

interface Flags extends Settings {
  save?: string;
  saveEvery?: number;
  keep?: number;
  resume?: string;
  log?: string;
  from?: string;
  report?: string;
  backend?: string;
  json?: boolean;
  quiet?: boolean;
}

export function trainCommand(): Command {
  const command = new Command("train")
    .argument("<file>", 'a CSV file with a header, may be gzipped; "-" for the standard input')
    .summary("train a network with one learning rate or schedule, and save it")
    .description(
      "Trains a network. Ctrl-C stops it between two steps and saves it; --resume goes on with the same bits. Where a run diverges, its best epoch is saved.",
    );
  return addSettings(command)
    .option("-r, --rate <number>", "the learning rate; with --schedule the highest that the run uses", numberOf)
    .optionsGroup("Output:")
    .option("-s, --save <file>", "where the model goes (safetensors, with all it needs to predict and to go on)")
    .option("--save-every <epochs>", "save it after every so many epochs too", numberOf)
    .option("--keep <count>", "with --save-every, keep so many of these as files of their own, and the best", numberOf)
    .option("--resume <file>", "go on with a run that was interrupted, or for more --epochs; its settings come from the file")
    .option("--log <file>", "write what happens as it does: a table (.csv), lines of JSON (.jsonl), or events for TensorBoard (*tfevents*)")
    .option("--from <file>", "start a new run from the weights of a saved model, to fine-tune it; columns and network are the model's")
    .option("--report <file>", "write a page with the plots of loss and rate")
    .option("--json", "print one JSON document instead of words")
    .option("-q, --quiet", "print nothing but errors")
    .option("--backend <name>", "wasm or js (default: wasm if available)")
    .action(train);
}

async function train(file: string, flags: Flags, command: Command): Promise<void> {
  const { save, saveEvery, keep, resume, from, report, log, backend, json = false, quiet = false, ...given } = flags;
  const words = !json && !quiet;
  const saves = readSaves(save, saveEvery, keep);
  const outputs = Object.entries({ save, report, log }).map(([flag, path]) => path !== undefined && { flag: `--${flag}`, path });
  // a run that is resumed may be saved to where it came from
  await checkOutputs(
    outputs.filter((output) => output !== false),
    [file],
  );
  const engine = await startEngine(backend);
  if (resume !== undefined && from !== undefined)
    throw new UsageError("--resume goes on with a run, --from starts a new one: give one of them");
  const before = resume === undefined ? undefined : await readModel(engine, resume);
  before?.model.dispose();
  const base = from === undefined ? undefined : await readModel(engine, from);
  const asked =
    base !== undefined
      ? tunedSettings(base, given, command, from as string)
      : before !== undefined
        ? settingsOf(before, given, command)
        : given;

  // the encoding is learnt from the rows, but where weights are bound to one
  const model = base ?? (before?.tuned ? before : undefined);
  const parts = model === undefined ? await readData(file, asked) : await readTunedData(file, asked, model);
  const settings = sized(asked, parts.training.rows);
  const { encoder } = parts;
  if (before !== undefined && fingerprintOf(parts) !== before.fingerprint) {
    throw new UsageError(`${file} is not the data that ${resume} was trained on: their columns or values differ`);
  }
  const run = before === undefined ? runOf(settings, parts, rateOf(settings, file)) : { ...before.run, epochs: settings.epochs };
  const context = contextOf(file, parts, run, engine);
  using trainer = new Trainer(engine, run, parts);
  if (before !== undefined) trainer.restore(before.bytes);
  if (base !== undefined) {
    trainer.model.parameters.values.view.set(base.model.parameters.values.view);
    base.model.dispose();
  }
  if (words)
    say([
      ...introduce(context, run),
      ...scheduleNotes(run, parts.training.rows).map((note) => `note: ${scheduleNoteText(note)}`),
      ...(from === undefined ? [] : [`started from the weights in ${printable(from)}`]),
      ...(resume === undefined ? [] : [`resumed after step ${trainer.optimizer.steps}${trainer.finished ? ": the run is finished" : ""}`]),
      "",
    ]);

  const keeper = new Keeper(saves, trainer, { encoder, settings, fingerprint: fingerprintOf(parts), ...(model && { tuned: true }) });
  using interrupt = new Interrupt();
  using logFile = log === undefined ? undefined : new LogFile(log, before !== undefined);
  try {
    await trainAll(trainer, parts.training.rows, interrupt.abort, !quiet, logFile, (epoch) => keeper.epoch(epoch));
  } catch (error) {
    if (error instanceof DivergedError) throw await keeper.diverged(error);
    if (interrupt.signal === undefined) throw error;
    const go = save === undefined ? "" : `; go on with: stepsize train ${file} --resume ${save} --save ${save}`;
    throw new InterruptedError(interrupt.signal, `interrupted after step ${trainer.optimizer.steps}, ${await keeper.interrupted()}${go}`);
  }
  // what was computed is told, whatever becomes of the files
  const failed = [await attempt(() => keeper.end())];
  const document = trainDocument(context, trainer, parts);
  if (report !== undefined) failed.push(await attempt(() => writeWhole(report, trainReport(document))));
  if (json) say(JSON.stringify({ ...document, saved: failed[0] === undefined ? (save ?? null) : null }));
  if (words) {
    say([...charts(document), ""]);
    const { metrics, keptEpoch } = document;
    const early = trainer.run.earlyStopping !== undefined && keptEpoch !== null;
    if (early) say(`stopped after epoch ${trainer.history.length}, the weights are those of epoch ${keptEpoch}`);
    const { hits, last } = trainer.optimizer.guarded;
    if (last !== undefined)
      say(
        `the guard let the run go on ${hits === 1 ? "once" : `${hits} times`}, at last when ${printable(last.what)} was not finite after step ${last.step}`,
      );
    say(`training    ${metricsText(metrics.training, context, printable)}`);
    say(`validation  ${metricsText(metrics.validation, context, printable)}`);
    if (metrics.test !== null) say(paint("bold", `held out    ${metricsText(metrics.test, context, printable)}`));
    if (save !== undefined && failed[0] === undefined) say(`saved: ${save}`);
    if (report !== undefined && failed[1] === undefined) say(`report: ${report}`);
  }
  for (const error of failed) if (error !== undefined) throw error;
}

/** The run that settings describe; a rate brings it to the height that `search` tried, to the bit. */
function runOf(settings: SizedSettings, parts: CSVParts, rate: number | undefined): CheckedRun {
  const { rows } = parts.training;
  if (rate === undefined) return describeRun(settings, parts, optimizerOf(settings, undefined, rows));
  return scaleRun(unscaledRun(settings, parts), rows, rate);
}

async function trainAll(
  trainer: Trainer,
  rows: number,
  signal: AbortSignal,
  shown: boolean,
  log: RunLog | undefined,
  onEpoch: (epoch: EpochRecord) => Promise<void>,
): Promise<void> {
  const { epochs } = trainer.run;
  const { totalSteps } = clockOf(trainer.run, rows);
  using progress = new Progress(totalSteps, shown);
  let mean = trainer.history.at(-1)?.loss;
  for await (const epoch of trainer.epochs({
    signal,
    ...(log && { onProgress: (progress: TrainProgress) => log.step(progress) }),
    onStep: ({ step, epoch, learningRate, loss }) =>
      progress.update(step, totalSteps, { rate: learningRate, epoch, epochs, loss: mean ?? loss }),
  })) {
    mean = epoch.loss;
    log?.epoch(epoch);
    await onEpoch(epoch);
  }
}

/** The settings of a checkpoint. Those given again must be the same: a resumed run goes on as it was, if perhaps for more epochs. */
function settingsOf({ settings }: ModelFile, given: Settings, command: Command): Settings {
  let { epochs } = settings;
  for (const option of command.options) {
    const name = option.attributeName() as keyof Settings;
    if (command.getOptionValueSource(name) !== "cli" || !(name in given)) continue;
    if (name === "epochs" && given.epochs > epochs) epochs = given.epochs;
    else if (JSON.stringify(given[name]) !== JSON.stringify(settings[name])) {
      throw new UsageError(`${option.long} differs from the run that is resumed, which goes on as it was: leave ${option.long} out`);
    }
  }
  return { ...settings, epochs };
}

function rateOf({ rate, schedule, target }: Settings, file: string): number | undefined {
  if (rate !== undefined) return number(undefined, { min: 0 }).read(rate, "--rate");
  if (schedule !== undefined) return undefined;
  throw new UsageError(
    `--rate is missing: give a learning rate, or find one with: stepsize search ${file} --target ${target === undefined ? "COLUMN" : target}`,
  );
}

function charts({ history, rates }: TrainDocument): string[] {
  const epochs = ["epoch 1", `epoch ${history.length}`] as const;
  const losses = history.map(({ loss }) => loss);
  const constant = rates.every(({ rate }) => rate === rates[0]?.rate);
  return [
    ...curveChart("training loss", losses, epochs, true),
    "",
    ...(constant
      ? [`learning rate ${short(rates[0]?.rate ?? 0)} throughout`]
      : curveChart(
          "learning rate",
          rates.map(({ rate }) => rate),
          ["step 1", `step ${(rates.at(-1)?.step ?? 0) + 1}`],
          false,
        )),
  ];
}
