// Moves constant vectors into memory. V8 makes a v128.const anew wherever it is used, in loops too, with three instructions (move, move,
// shuffle); a load that broadcasts is one and saves 13 bytes. On Node 24 exp, tanh and gelu take two thirds of the time, the core is a fifth smaller.
// A function with a loop and few constants loads them once, ahead of it, which V8 does not do by itself: signSgd takes 25 to 35 % less,
// signum and rprop 6 to 14 %. Many would not fit into the registers.
import binaryen from "assemblyscript/binaryen";

/** Pointer 0 means "none"; what is allocated begins at LIMIT (packedOf in src/engine/memory.ts). */
const BASE = 16;
const LIMIT = 1024;
/** As many constants are loaded ahead of a loop. */
const FEW = 5;

/** The module with every vector of four equal numbers, but for those that are all zeros or all ones, read from a table at BASE. */
export function constantsToMemory(bytes) {
  const module = binaryen.readBinary(bytes);
  const table = new Map();
  const text = module
    .emitText()
    .split(/(?=\n \(func )/)
    .map((part) => withLoads(part, table))
    .join("");
  module.dispose();
  if (BASE + 4 * table.size > LIMIT) throw new Error(`${table.size} constants do not fit below ${LIMIT}`);
  const data = [...table.keys()].map((bits) => bits.replace(/(..)(..)(..)(..)/, "\\$4\\$3\\$2\\$1")).join("");
  const moved = binaryen.parseText(text.replace(/\)\s*$/, ` (data (i32.const ${BASE}) "${data}"))`));
  moved.setFeatures(binaryen.Features.All);
  if (!moved.validate()) throw new Error("the module is invalid once its constants are in memory");
  return moved.emitBinary();
}

/** The text of a function (or of what comes before the first) with loads in place of its constants, which are added to the table. */
function withLoads(text, table) {
  const loads = new Map();
  const replaced = text.replace(/\(v128\.const i32x4 0x([0-9a-f]{8}) 0x\1 0x\1 0x\1\)/g, (whole, bits) => {
    if (/^(0+|f+)$/.test(bits)) return whole;
    if (!table.has(bits)) table.set(bits, BASE + 4 * table.size);
    loads.set(`$constant${bits}`, `(v128.load32_splat (i32.const ${table.get(bits)}))`);
    return `(local.get $constant${bits})`;
  });
  if (loads.size > FEW || !text.includes("(loop "))
    return replaced.replace(/\(local\.get (\$constant\w+)\)/g, (_, name) => loads.get(name));
  const ahead = [...loads.keys()].map((name) => ` (local ${name} v128)`);
  for (const [name, load] of loads) ahead.push(` (local.set ${name} ${load})`);
  // behind the function's head: its first line, and its own locals below
  return replaced.replace(/^\n \(func .*(\n {2}\(local .*)*/, (head) => [head, ...ahead].join("\n "));
}
