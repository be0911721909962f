// node bench/convolution.js: the convolutions of a small network as products of patches (im2col), as the library computes them, beside a direct
// convolution that reads each window where it lies: 3 × 3, padding 1, channels last, sixteen filters in registers at a time. Needs the built package.
import asc from "assemblyscript/asc";
import { conv2d, load, Network, sequential } from "../dist/entries/index.js";
import { describeMachine } from "./machine.js";
import { compare, filled, sameBits } from "./measure.js";

const DIRECT = `
export function direct(x: usize, w: usize, y: usize, rows: i32, height: i32, width: i32, channels: i32, filters: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        for (let f = 0; f < filters; f += 16) {
          let a = f32x4.splat(0), b = a, c = a, d = a;
          for (let di = max(0, 1 - i); di < min(3, height + 1 - i); di++) {
            for (let dj = max(0, 1 - j); dj < min(3, width + 1 - j); dj++) {
              let at = x + (<usize>(((row * height + i + di - 1) * width + j + dj - 1) * channels) << 2);
              let from = w + (<usize>((di * 3 + dj) * channels * filters + f) << 2);
              for (let channel = 0; channel < channels; channel++) {
                const value = v128.load32_splat(at);
                a = f32x4.add(a, f32x4.mul(value, v128.load(from)));
                b = f32x4.add(b, f32x4.mul(value, v128.load(from, 16)));
                c = f32x4.add(c, f32x4.mul(value, v128.load(from, 32)));
                d = f32x4.add(d, f32x4.mul(value, v128.load(from, 48)));
                at += 4;
                from += <usize>filters << 2;
              }
            }
          }
          const to = y + (<usize>(((row * height + i) * width + j) * filters + f) << 2);
          v128.store(to, a);
          v128.store(to, b, 16);
          v128.store(to, c, 32);
          v128.store(to, d, 48);
        }
      }
    }
  }
}
`;

const ROWS = 32;
const cases = [
  { side: 28, channels: 8, filters: 16 },
  { side: 14, channels: 16, filters: 32 },
  { side: 14, channels: 64, filters: 64 },
];

const milliseconds = ({ min }) => (min / 1e6).toFixed(2);

async function compiled() {
  const { error, stderr, binary } = await asc.compileString(DIRECT, {
    optimizeLevel: 3,
    runtime: "stub",
    noAssert: true,
    enable: ["simd"],
    initialMemory: 256,
  });
  if (error !== null) throw new Error(stderr.toString());
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), {});
  return exports;
}

const { processor, engine: host, date, load: busy } = describeMachine();
console.log(`${processor}; ${host}; ${date}; load average ${busy.join(", ")}`);
const engine = await load();
const { direct, memory } = await compiled();
for (const { side, channels, filters } of cases) {
  const model = sequential([conv2d({ filters, kernel: 3, padding: 1 })], { inputs: [side, side, channels] });
  const network = new Network(engine, model, "meanSquared", { rows: ROWS, seed: 1 });
  const x = filled(ROWS * side * side * channels, 1);
  const weight = network.parameters.get("layers.0.weight").value;
  const floats = new Float32Array(memory.buffer);
  const [w, y] = [x.length, x.length + weight.length];
  const count = ROWS * side * side * filters;
  floats.set(weight, w);
  const ways = {
    patches: () => network.predict(x),
    direct() {
      floats.set(x, 0);
      direct(0, w * 4, y * 4, ROWS, side, side, channels, filters);
      return floats.slice(y, y + count);
    },
  };
  const text = `${ROWS} × ${side} × ${side} × ${channels}, ${filters} filters`;
  sameBits(text, ways.patches(), ways.direct());
  const { patches, direct: own } = compare(ways);
  console.log(
    `${text}: patches ${milliseconds(patches)} ms, direct ${milliseconds(own)} ms, ${(own.min / patches.min).toFixed(2)} times as long`,
  );
  network.dispose();
}
