import { serialization } from "@tensorflow/tfjs-core";
import { checkEngine, type Engine } from "../../engine/engine.js";
import { optimizerFromJSON } from "../../optimizers/index.js";
import { CheckpointError } from "../../options/errors.js";
import { StepsizeOptimizer } from "./optimizer.js";

/**
 * Tells tfjs how to make a StepsizeOptimizer again, so that `tf.loadLayersModel` restores a model that was saved with `includeOptimizer: true`,
 * compiled and with the state of its optimizer. It brings every optimizer into the bundle.
 *
 * @param engine what `await load()` gave: the restored optimizers compute on it.
 * @throws OptionError for what is no engine.
 * @example
 * import { load } from "stepsize";
 * import { registerStepsizeOptimizer } from "stepsize/tfjs";
 * registerStepsizeOptimizer(await load());
 * const model = await tf.loadLayersModel("indexeddb://digits");
 */
export function registerStepsizeOptimizer(engine: Engine): void {
  checkEngine(engine);
  class Registered extends StepsizeOptimizer {
    static override fromConfig<T extends serialization.Serializable>(
      _: serialization.SerializableConstructor<T>,
      config: serialization.ConfigDict,
    ): T {
      let description: unknown;
      try {
        description = JSON.parse(config["description"] as string);
      } catch (cause) {
        throw new CheckpointError("the model's training configuration has no description of a StepsizeOptimizer", { cause });
      }
      return new StepsizeOptimizer(engine, optimizerFromJSON(description)) as unknown as T;
    }
  }
  serialization.registerClass(Registered as unknown as serialization.SerializableConstructor<StepsizeOptimizer>);
}
