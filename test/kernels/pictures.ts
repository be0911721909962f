// The sizes of some pictures, and of windows on them, which follow from the two dimensions of a call.
import { type Argument, type ArrayArgument, type Dimensions, derived, integer } from "./row.js";

type Size = (d: Dimensions) => number;
const follows = (dimension: "rows" | "columns", least: number, choices: number): Size => {
  return (d) => least + ((d[dimension] as number) % choices);
};
const sizes = {
  pictures: follows("rows", 1, 3),
  height: follows("rows", 5, 4),
  width: follows("columns", 5, 5),
  channels: follows("columns", 1, 9),
  kernelHeight: follows("rows", 1, 3),
  kernelWidth: follows("columns", 1, 3),
  strideY: follows("columns", 1, 2),
  strideX: follows("rows", 1, 2),
  dilationY: follows("rows", 1, 2),
  dilationX: follows("columns", 1, 2),
};
const ofTop: Size = (d) => Math.floor(sizes.kernelHeight(d) / 2);
const ofLeft: Size = (d) => Math.floor(sizes.kernelWidth(d) / 2);
/** All channels of a picture, or the first half of them. */
const ofDepth: Size = (d) => ((d["rows"] as number) % 2 ? sizes.channels(d) : Math.ceil(sizes.channels(d) / 2));

export const [pictures, height, width, channels, kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX] = Object.entries(
  sizes,
).map(([name, of]) => derived(name, of)) as [
  Argument,
  Argument,
  Argument,
  Argument,
  Argument,
  Argument,
  Argument,
  Argument,
  Argument,
  Argument,
];
export const top = derived("top", ofTop);
export const left = derived("left", ofLeft);
export const depth = derived("depth", ofDepth);
export const average = integer("average", 0, 1, 2);

const moved = (size: number, pad: number, window: number, stride: number) => Math.floor((size + 2 * pad - window) / stride) + 1;
/** The places of windows whose own lie apart, or side by side. */
const down = (apart: boolean): Size => {
  return (d) => moved(sizes.height(d), ofTop(d), (apart ? sizes.dilationY(d) : 1) * (sizes.kernelHeight(d) - 1) + 1, sizes.strideY(d));
};
const across = (apart: boolean): Size => {
  return (d) => moved(sizes.width(d), ofLeft(d), (apart ? sizes.dilationX(d) : 1) * (sizes.kernelWidth(d) - 1) + 1, sizes.strideX(d));
};
export const outHeight = (apart: boolean): Argument => derived("outHeight", down(apart));
export const outWidth = (apart: boolean): Argument => derived("outWidth", across(apart));

type Sized = Pick<ArrayArgument, "size">;
const product = (...factors: Size[]): Sized => ({ size: (d) => factors.reduce((product, of) => product * of(d), 1) });
export const picture: Sized = product(sizes.pictures, sizes.height, sizes.width, sizes.channels);
export const pooled: Sized = product(sizes.pictures, down(false), across(false), sizes.channels);
export const patched: Sized = product(sizes.pictures, down(true), across(true), sizes.kernelHeight, sizes.kernelWidth, ofDepth);
