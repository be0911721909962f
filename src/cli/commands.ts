import type { Command } from "commander";
import { describeCommand } from "./describe.js";
import { doctorCommand } from "./doctor.js";
import { exportCommand } from "./export/export.js";
import { playgroundCommand } from "./playground.js";
import { predictCommand } from "./predict.js";
import { rangeTestCommand } from "./range-test.js";
import { reportCommand } from "./report.js";
import { searchCommand } from "./search.js";
import { trainCommand } from "./train.js";
import { verifyCommand } from "./verify.js";
import { workerCommand } from "./worker.js";

/** Every command: one line registers it. */
export const commands: readonly (() => Command)[] = [
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
