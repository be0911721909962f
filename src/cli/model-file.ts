import { type CSVParts, type Encoder, readEncoder } from "../data/csv.js";
import type { Engine } from "../engine/load.js";
import type { Network } from "../models/network.js";
import { StepsizeError } from "../options/errors.js";
import { loadModel } from "../training/from-json.js";
import type { CheckedRun } from "../training/run.js";
import { FileError } from "./errors.js";
import { readBytes } from "./files.js";
import { hasher } from "./hash.js";
import type { Settings } from "./settings.js";

/** The notes that `train --save` writes beside the run: how cells become numbers, and what a resumed run needs again: settings, and the same data. */
export interface Notes {
  readonly encoder: Encoder;
  readonly settings: Settings;
  readonly fingerprint: string;
  /** Whether the encoder came from another model, which the run started from. */
  readonly tuned?: boolean;
}

export interface ModelFile extends Notes {
  readonly bytes: Uint8Array;
  readonly run: CheckedRun;
  readonly model: Network;
}

/** Reads what `train --save` wrote. */
export async function readModel(engine: Engine, path: string): Promise<ModelFile> {
  const bytes = await readBytes(path);
  try {
    const { model, run, notes } = loadModel(engine, bytes);
    const { encoder, settings, fingerprint, tuned = false } = (notes ?? {}) as Partial<Notes>;
    if (encoder === undefined || settings === undefined || fingerprint === undefined) {
      model.dispose();
      throw new FileError("read", path, "it was not written by stepsize train");
    }
    return { bytes, run, model, encoder: readEncoder(encoder), settings, fingerprint, tuned };
  } catch (error) {
    if (error instanceof StepsizeError) throw new FileError("read", path, error.message);
    throw error;
  }
}

/** Tells data apart: SHA-256 over how their cells become numbers, and over the numbers of all rows. */
export function fingerprintOf({ encoder, training, validation, test }: CSVParts): string {
  const hash = hasher("sha256").update(JSON.stringify(encoder));
  for (const part of [training, validation, test]) if (part) hash.update(part.features).update(part.targets);
  return hash.digest("hex");
}
