import { type Encoder, readEncoder } from "../data/csv.js";
import type { Engine } from "../engine.js";
import { StepsizeError } from "../errors.js";
import type { Network } from "../models/network.js";
import { loadModel } from "../training/from-json.js";
import type { CheckedRun } from "../training/run.js";
import { FileError } from "./errors.js";
import { readBytes } from "./files.js";
import type { Settings } from "./settings.js";

/** What `train --save` writes beside the run: how cells become numbers, and the settings that a resumed run needs again. */
export interface Notes {
  readonly encoder: Encoder;
  readonly settings: Settings;
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
    const { encoder, settings } = (notes ?? {}) as Partial<Notes>;
    if (encoder === undefined || settings === undefined) {
      model.dispose();
      throw new FileError("read", path, "it was not written by stepsize train");
    }
    return { bytes, run, model, encoder: readEncoder(encoder), settings };
  } catch (error) {
    if (error instanceof StepsizeError) throw new FileError("read", path, error.message);
    throw error;
  }
}
