import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { ACTIVATIONS } from "../../src/models/activations.js";
import { LOSSES } from "../../src/models/losses.js";

const root = fileURLToPath(new URL("../../src", import.meta.url));
const twins = [join("engine", "reference"), "generated"];

test("every kernel has a caller", async () => {
  const { kernels } = await load({ backend: "js" });
  const files = readdirSync(root, { recursive: true }) as string[];
  const text = files
    .filter((name) => name.endsWith(".ts") && !twins.some((folder) => name.startsWith(folder)))
    .map((name) => readFileSync(join(root, name), "utf8"))
    .join("\n");
  // a network finds the kernels of its activation and its loss by their names
  const byName = [...ACTIVATIONS.flatMap((name) => [name, `${name}Gradient`]), ...LOSSES] as string[];
  const uncalled = Object.keys(kernels).filter(
    (name) => !byName.includes(name) && !new RegExp(`(?:kernels|k)\\s*\\.\\s*${name}\\b|\\b${name}\\s*(?:[,}]|\\()`).test(text),
  );
  expect(Object.keys(kernels).length).toBeGreaterThan(60);
  expect(uncalled).toEqual([]);
});
