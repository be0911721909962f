import type { Hash } from "node:crypto";
import { builtin } from "../engine/builtin.js";

/** A hash of Node's, which a command that needs none does not wait for: its modules take 4 ms of a start. */
export function hasher(algorithm: "sha256" | "md5"): Hash {
  return (builtin("node:crypto") as typeof import("node:crypto")).createHash(algorithm);
}
