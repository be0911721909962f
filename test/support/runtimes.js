import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { find } from "./processes.js";

const modules = fileURLToPath(new URL("../engines/node_modules", import.meta.url));
const install = "npm ci --prefix test/engines --force";
const version = (path) => [path, "--version"];
const command = (path, file) => [path, file];

function node(major) {
  return { name: `Node ${major}`, path: find("node", [join(modules, `node${major}`, "bin")]), install, version, command };
}

const CROSS = "/usr/aarch64-linux-gnu";
const emulator = find("qemu-aarch64-static");
const onArm = find("node", [join(modules, "node24-arm64", "bin")]);

export const node24 = node(24);
export const bun = { name: "Bun", path: find("bun", [join(modules, "@oven/bun-linux-x64/bin")]) ?? find("bun"), install, version, command };
export const deno = {
  name: "Deno",
  path: find("deno", [join(modules, "@deno/linux-x64-glibc")]) ?? find("deno"),
  install,
  version,
  command: (path, file) => [path, "run", "--allow-env", "--allow-read", file],
};

/** Engines that run a script from the command line. */
export const runtimes = [
  node(20),
  node(22),
  node24,
  node(26),
  bun,
  deno,
  {
    name: "Node 24 on arm64",
    path: emulator && find("ld-linux-aarch64.so.1", [join(CROSS, "lib")]) && onArm,
    install: `apt-get install qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross libgcc-s1-arm64-cross; ${install}`,
    version: (path) => [emulator, "-L", CROSS, path, "--version"],
    command: (path, file) => [emulator, "-L", CROSS, path, file],
    emulated: true,
  },
];
