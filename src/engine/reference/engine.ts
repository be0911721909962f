import { Engine } from "../engine.js";
import { reference } from "./index.js";
import { PlainMemory } from "./memory.js";

/** An engine of its own that computes with the twin. */
export function jsEngine(reason: string): Engine {
  const memory = new PlainMemory();
  return new Engine("js", reason, reference(memory), memory);
}
