import { sizeOf } from "../../engine/parameters.js";
import { ShapeError } from "../../options/errors.js";
import { demand } from "../../options/options.js";
import { shapeAfter } from "../chain.js";
import { type LayerDescription, type LayerRule, layer, layersField } from "../layer.js";

export interface ResidualOptions {
  /** The layers beside which what comes in is carried past, at least one. */
  layers: readonly LayerDescription[];
}

export const residualLayer: LayerRule<ResidualOptions> = {
  kind: "residual",
  fields: { layers: layersField },
  inner: ({ layers }) => layers,
  shape({ layers }, input, path) {
    const output = shapeAfter(layers, input, path);
    if (output.join() !== input.join())
      throw new ShapeError(`${path}: the layers make [${output.join(", ")}] of [${input.join(", ")}], and a residual adds both`);
    return input;
  },
  bind({ kernels, options, input, chain }) {
    const size = sizeOf(input);
    const inner = chain(options.layers);
    return {
      forward(x, y, pass) {
        const n = pass.rows * size;
        kernels.copy(inner.forward(x, pass), y, n);
        kernels.axpy(x, y, n, 1);
      },
      backward(x, _y, dy, dx, pass) {
        const n = pass.rows * size;
        kernels.copy(dy, inner.gradient, n);
        inner.backward(x, dx, pass);
        if (dx !== 0) kernels.axpy(dy, dx, n, 1);
      },
    };
  },
};

/**
 * A residual block: y = x + f(x), where f are layers that keep the shape.
 *
 * He, Zhang, Ren, Sun, Deep residual learning for image recognition, 2016.
 *
 * @throws OptionError for what are no layers; ShapeError, when the network is made, where they do not keep the shape.
 * @example
 * residual([layerNorm(), dense({ units: 32 }), activation("gelu"), dense({ units: 64 })])
 */
export function residual(layers: readonly LayerDescription[]): LayerDescription {
  demand(Array.isArray(layers), "residual", layers, "an array of layers");
  return layer(residualLayer, { layers });
}
