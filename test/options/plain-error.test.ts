import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import * as errors from "../../src/options/errors.js";
import { errorOf, plainError } from "../../src/options/plain-error.js";

const made: Readonly<Record<keyof typeof errors, Error>> = {
  StepsizeError: new errors.StepsizeError("said"),
  OptionError: new errors.OptionError("adam.beta1", 2, "must be less than 1, got 2"),
  ShapeError: new errors.ShapeError("a shape"),
  OutOfMemoryError: new errors.OutOfMemoryError(1e9, 5e6),
  EngineError: new errors.EngineError("an engine"),
  DisposedError: new errors.DisposedError("optimizer"),
  ModeError: new errors.ModeError("step"),
  DataError: new errors.DataError("a cell", 3, "age"),
  DivergedError: new errors.DivergedError("the loss", 7, { index: 2, value: Number.NaN, learningRate: 0.1, gradientNorms: [1, 2] }),
  CheckpointError: new errors.CheckpointError("a file"),
};

describe("an error that another thread is sent", () => {
  test.each(Object.entries(made))("%s is of its own class again, with all that it says", (name, error) => {
    const sent = structuredClone(plainError(error));
    const again = errorOf(sent);
    expect(again).toBeInstanceOf(new Map<string, unknown>(Object.entries(errors)).get(name) as typeof Error);
    expect(again).toBeInstanceOf(Error);
    expect(again.constructor).toBe(error.constructor);
    expect(again.name).toBe(error.name);
    expect(again.message).toBe(error.message);
    expect(again.stack).toBe(error.stack);
    expect(Object.entries(again)).toEqual(Object.entries(error));
  });

  test("of another class keeps its name, message and stack", () => {
    const error = Object.assign(new RangeError("too deep"), { code: 5 });
    const again = errorOf(structuredClone(plainError(error)));
    expect(again).toMatchObject({ name: "RangeError", message: "too deep", code: 5, stack: error.stack });
    expect(again).not.toBeInstanceOf(errors.StepsizeError);
    expect(Object.keys(plainError(error).fields)).toEqual(["code"]);
  });

  test("of an option keeps a value that is an object, which no host prints", () => {
    const value = { rows: new Float32Array(3) };
    const error = new errors.OptionError("trainer.data.training", value, "must be a data set");
    expect(error.value).toBe(value);
    expect(Object.keys(error)).toEqual(["field"]);
    expect(inspect(error)).not.toContain("Float32Array");
    expect(inspect(new errors.OptionError("adam.beta1", 2, "must be less than 1, got 2"))).toContain("value: 2");
    const again = errorOf(structuredClone(plainError(error)));
    expect(again).toHaveProperty("value", value);
    expect(Object.keys(again)).toEqual(["field"]);
    expect(inspect(again)).not.toContain("Float32Array");
  });

  test("that is none, is put into words, and so is what cannot be sent", () => {
    expect(plainError("a text")).toEqual({ name: "Error", message: "a text", stack: undefined, fields: {} });
    const again = errorOf(plainError("a text"));
    expect(again.message).toBe("a text");
    expect(typeof again.stack).toBe("string");
    const sent = plainError(new errors.OptionError("train.onStep", () => {}, "must be told"));
    expect(sent.fields).toEqual({ field: "train.onStep", value: "a function" });
    expect(structuredClone(sent)).toEqual(sent);
  });
});
