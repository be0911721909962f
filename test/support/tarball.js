// The package as users get it: packed by npm and installed into a folder of its own, outside the repository.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Calls `action` with a new temporary folder, which is removed when it is done. */
export async function inTemporaryFolder(action) {
  const folder = mkdtempSync(join(tmpdir(), "stepsize-"));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Packs the package and installs it into a folder, besides what the folder's package.json asks for. */
export function installTarball(folder) {
  const [{ filename }] = JSON.parse(npm(["pack", "--json", "--foreground-scripts=false", "--pack-destination", folder], "."));
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  manifest.dependencies = { ...manifest.dependencies, stepsize: `file:${filename}` };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  npm(["install", "--no-audit", "--no-fund", "--loglevel", "error"], folder);
}

function npm(args, cwd) {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
