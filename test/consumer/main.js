// A TypeScript project that uses the packed tarball: npm run test:consumer
//
// Compiles, with the compiler of today and the oldest that works, under the strictest options: a program of every subpath, what must not
// compile, and a call of every exported function, whose inferred result must have a name that declarations can say. Then runs the program.
import { execFileSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { installTarball, inTemporaryFolder } from "../support/tarball.js";

const here = fileURLToPath(new URL(".", import.meta.url));

/** A module that calls every function of an entry point and reads every member of its classes. */
function everything(specifier, library) {
  const lines = [`import * as library from "${specifier}";`, "declare function given<T>(): T;"];
  for (const [name, value] of Object.entries(library)) {
    if (typeof value !== "function") lines.push(`export const ${name} = library.${name};`);
    else if (!/^class\b/.test(String(value)))
      lines.push(`export const ${name} = library.${name}(...given<Parameters<typeof library.${name}>>());`);
    else {
      lines.push(`const of${name} = given<library.${name}>();`);
      for (const [member, { value: method }] of Object.entries(Object.getOwnPropertyDescriptors(value.prototype))) {
        if (member === "constructor") continue;
        const path = `of${name}.${member}`;
        const called = typeof method === "function" ? `(...given<Parameters<typeof ${path}>>())` : "";
        lines.push(`export const ${name}_${member} = ${path}${called};`);
      }
    }
  }
  return `${lines.join("\n")}\n`;
}

await inTemporaryFolder(async (folder) => {
  cpSync(here, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
  installTarball(folder);
  const installed = join(folder, "node_modules/stepsize");
  const { default: manifest } = await import(pathToFileURL(join(installed, "package.json")).href, { with: { type: "json" } });
  for (const [subpath, { node }] of Object.entries(manifest.exports)) {
    if (node === undefined) continue;
    const library = await import(pathToFileURL(join(installed, node)).href).catch((error) => {
      // an adapter, whose library is not installed here
      const peer = Object.keys(manifest.peerDependencies).find((name) => error.message.includes(`'${name}'`));
      if (error.code !== "ERR_MODULE_NOT_FOUND" || peer === undefined) throw error;
      console.log(`stepsize${subpath.slice(1)}: left out, it needs ${peer}`);
    });
    if (library === undefined) continue;
    writeFileSync(join(folder, "src", `every-${node.slice(2).replace(/\W/g, "-")}.ts`), everything(`stepsize${subpath.slice(1)}`, library));
  }
  for (const compiler of ["typescript-oldest", "typescript"]) {
    const tsc = join(folder, "node_modules", compiler, "lib/tsc.js");
    const version = execFileSync(process.execPath, [tsc, "--version"], { encoding: "utf8" }).trim();
    try {
      execFileSync(process.execPath, [tsc, "--project", folder], { encoding: "utf8" });
      console.log(`${version}: compiles`);
    } catch ({ stdout }) {
      console.error(`${version}:\n${stdout}`);
      process.exitCode = 1;
    }
  }
  process.stdout.write(execFileSync(process.execPath, [join(folder, "out/program.js")], { encoding: "utf8" }));
});
