import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { load } from "../../src/engine/load.js";
import { Arena, padded } from "../../src/engine/memory.js";
import { PlainMemory } from "../../src/engine/reference/memory.js";
import { DisposedError, OutOfMemoryError, ShapeError } from "../../src/options/errors.js";
import { thrown } from "../support/errors.js";

const LIMIT = 1 << 20;
const arena = () => new Arena(new PlainMemory(), LIMIT);

/** A memory that refuses to grow. */
const fixed = { buffer: new ArrayBuffer(262_144), grow: (): number => expect.fail("does not grow") };

test.each([
  [0, 0],
  [1, 4],
  [4, 4],
  [5, 8],
  [67, 68],
])("%i floats take up %i with their padding", (count, floats) => {
  expect(padded(count)).toBe(floats);
});

describe("Arena", () => {
  test("aligns to 16 bytes and never gives out pointer 0", () => {
    const a = arena();
    const pointers = [1, 3, 5, 7, 64].map((count) => a.allocate(count));
    for (const pointer of pointers) expect(pointer % 16).toBe(0);
    expect(Math.min(...pointers)).toBeGreaterThan(0);
  });

  test("zeroes what was used before", () => {
    const a = arena();
    const pointer = a.allocate(100);
    new Float32Array(a.memory.buffer, pointer, 100).fill(7);
    a.free(pointer, 100);
    expect(a.allocate(50)).toBe(pointer);
    expect(new Float32Array(a.memory.buffer, pointer, 52).every((x) => x === 0)).toBe(true);
    expect(new Float32Array(a.memory.buffer, pointer, 100)[60]).toBe(7);
  });

  test("pieces never overlap, stay aligned and inside, and all of them freed give one block again", () => {
    const size = fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 60000 }));
    const actions = fc.array(
      fc.oneof(
        { weight: 3, arbitrary: size.map((allocate) => ({ allocate })) },
        fc.nat().map((free) => ({ free })),
      ),
    );
    fc.assert(
      fc.property(actions, (list) => {
        const a = arena();
        const whole = a.available;
        const live: { pointer: number; count: number; mark: number }[] = [];
        const floats = (piece: { pointer: number; count: number }) => new Float32Array(a.memory.buffer, piece.pointer, padded(piece.count));
        const release = (index: number) => {
          const piece = live.splice(index, 1)[0] as (typeof live)[0];
          // every piece still holds its own mark: no other was laid over it
          expect(floats(piece).every((x) => x === piece.mark)).toBe(true);
          a.free(piece.pointer, piece.count);
        };
        for (const [mark, action] of list.entries()) {
          if ("free" in action) {
            if (live.length > 0) release(action.free % live.length);
            continue;
          }
          const { available } = a;
          if (padded(action.allocate) * 4 > available) {
            expect(thrown(() => a.allocate(action.allocate))).toBeInstanceOf(OutOfMemoryError);
            expect(a.available).toBe(available);
            continue;
          }
          const piece = { pointer: a.allocate(action.allocate), count: action.allocate, mark: mark + 1 };
          expect(piece.pointer % 16).toBe(0);
          expect(piece.pointer + padded(piece.count) * 4).toBeLessThanOrEqual(LIMIT);
          expect(floats(piece).every((x) => x === 0)).toBe(true);
          floats(piece).fill(piece.mark);
          live.push(piece);
        }
        while (live.length > 0) release(live.length - 1);
        expect(a.available).toBe(whole);
      }),
    );
  });

  test.each([
    ["over its limit", () => arena(), LIMIT],
    ["for more than any number", () => arena(), Number.POSITIVE_INFINITY],
    ["where its memory does not grow", () => new Arena(fixed, LIMIT), 60_000],
  ])("throws OutOfMemoryError and changes nothing %s", (_, make, count) => {
    const a = make();
    const { available } = a;
    const error = thrown(() => a.allocate(count)) as OutOfMemoryError;
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(error.requested).toBeGreaterThan(error.available);
    expect(a.available).toBe(available);
    expect(a.allocate(10)).toBe(arena().allocate(10));
  });

  test("says what is left where its memory does not grow", () => {
    const a = new Arena(fixed, LIMIT);
    const first = a.allocate(4);
    expect(thrown(() => a.allocate(60_000))).toMatchObject({ requested: 240_000, available: 262_144 - first - 16 });
  });

  test.each([-1, -16, 0.5, Number.NaN])("refuses a length of %d", (count) => {
    const a = arena();
    const { available } = a;
    expect(thrown(() => a.allocate(count))).toBeInstanceOf(ShapeError);
    expect(a.available).toBe(available);
  });
});

describe.each(["wasm", "js"] as const)("a vector of the %s engine", async (backend) => {
  const engine = await load({ backend });

  test("is zero, as long as asked for, and writes to the memory that kernels see", () => {
    using vector = engine.vector(5);
    expect([...vector.view]).toEqual([0, 0, 0, 0, 0]);
    engine.kernels.fill(vector.pointer, 5, 2);
    expect([...vector.view]).toEqual([2, 2, 2, 2, 2]);
  });

  test("that is too large is refused with both numbers in bytes, and nothing changes", () => {
    const { available, memory } = engine.arena;
    const { byteLength } = memory.buffer;
    const error = thrown(() => engine.vector(5e9)) as OutOfMemoryError;
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(error).toMatchObject({ requested: 2e10, available });
    expect(error.message).toBe(
      `20.00 GB of memory were requested, ${(available / 1e9).toFixed(2)} GB are available: use fewer parameters or a smaller batch`,
    );
    expect(engine.arena.available).toBe(available);
    expect(memory.buffer.byteLength).toBe(byteLength);
  });

  test("has a view that survives the growth of the memory", () => {
    using vector = engine.vector(4);
    vector.view.set([1, 2, 3, 4]);
    const old = vector.view;
    using large = engine.vector(engine.arena.memory.buffer.byteLength / 4 + 1);
    large.view[0] = 9;
    expect([...vector.view]).toEqual([1, 2, 3, 4]);
    expect(Object.is(vector.view, old)).toBe(false);
    vector.view[0] = 5;
    expect(vector.view[0]).toBe(5);
  });

  test("gives its view again until then, so that nothing is allocated in a step", () => {
    using vector = engine.vector(4);
    expect(vector.view).toBe(vector.view);
  });

  test("may be disposed of twice, and not be used afterwards", () => {
    const { available } = engine.arena;
    const vector = engine.vector(1000);
    vector.dispose();
    vector.dispose();
    expect(engine.arena.available).toBe(available);
    expect(thrown(() => vector.view)).toBeInstanceOf(DisposedError);
  });

  test("is freed at the end of its scope by `using`", () => {
    const { available } = engine.arena;
    {
      using vector = engine.vector(1000);
      expect(vector.length).toBe(1000);
      expect(engine.arena.available).toBeLessThan(available);
    }
    expect(engine.arena.available).toBe(available);
  });
});
