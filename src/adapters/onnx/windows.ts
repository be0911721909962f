// Convolution and pooling, which ONNX knows with channels first: [batch, channels, height, width].
import { type ConvolutionOptions, type Windows, windowsOf } from "../../models/convolution.js";
import type { Conv1dOptions } from "../../models/layers/conv1d.js";
import type { ReadPooling } from "../../models/pooling.js";
import type { Attributes } from "./model.js";
import type { Site } from "./site.js";

/** How windows move, axis by axis; `before` and `after` are the places outside at both ends. */
function moves({ kernel, stride, dilation, before }: Windows, after: readonly number[]): Record<string, readonly number[]> {
  return { kernel_shape: kernel, strides: stride, dilations: dilation, pads: [...before, ...after] };
}

function attributesOf(values: Record<string, readonly number[]>): Attributes {
  return Object.fromEntries(Object.entries(values).map(([key, ints]) => [key, { ints }]));
}

/** Places outside below and to the right: where padding is "same", what is left of an odd number of them. */
function after({ height, width, kernel, stride, dilation, before, out }: Windows, isSame: boolean): readonly number[] {
  if (!isSame) return before;
  const reach = (i: 0 | 1) => (out[i] - 1) * stride[i] + (kernel[i] - 1) * dilation[i] + 1;
  return [height, width].map((size, i) => Math.max(0, reach(i as 0 | 1) - size - (before[i as 0 | 1] as number)));
}

export function writeConv2d(site: Site, x: string): string {
  const options = site.layer as unknown as ConvolutionOptions;
  const windows = windowsOf(options, site.input, site.name);
  return convolution(site, x, options.groups, moves(windows, after(windows, options.padding === "same")), [3, 2, 0, 1]);
}

/** As a convolution of pictures of one line, whose first axis is left out. */
export function writeConv1d(site: Site, x: string): string {
  const { kernel, stride, dilation, padding, groups } = site.layer as unknown as Required<Conv1dOptions>;
  const isSame = padding === "same";
  const options = { kernel: [1, kernel], stride: [1, stride], dilation: [1, dilation] } as const;
  const windows = windowsOf({ ...options, padding: isSame ? "same" : [0, padding] }, [1, ...site.input], site.name);
  const own = moves(windows, after(windows, isSame));
  const flat = Object.fromEntries(Object.entries(own).map(([key, values]) => [key, values.filter((_, i) => i % 2 === 1)]));
  return convolution(site, x, groups, flat, [2, 1, 0]);
}

function convolution(site: Site, x: string, groups: number, windows: Record<string, readonly number[]>, axes: readonly number[]): string {
  const { shape, values } = site.turned("weight", axes);
  const inputs = [x, site.constant("weight", shape, values), ...(site.layer["bias"] ? [site.weights("bias")] : [])];
  return site.add("Conv", inputs, { ...attributesOf(windows), group: { int: groups } });
}

export function writeMaxPool2d(site: Site, x: string): string {
  return site.add("MaxPool", [x], poolingAttributes(site));
}

export function writeAveragePool2d(site: Site, x: string): string {
  return site.add("AveragePool", [x], { ...poolingAttributes(site), count_include_pad: { int: site.layer["countPadding"] ? 1 : 0 } });
}

function poolingAttributes(site: Site): Attributes {
  const { kernel, stride = kernel, padding } = site.layer as unknown as ReadPooling;
  const windows = windowsOf({ kernel, stride, padding }, site.input, site.name);
  const { dilations, ...rest } = moves(windows, windows.before);
  return attributesOf(rest);
}
