import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Crc32 } from "../../src/training/crc32.js";

afterEach(() => vi.restoreAllMocks());

/** As in a page, which has no modules of Node. */
const inPage = <T>(action: () => T): T => {
  const without = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
  try {
    return action();
  } finally {
    without.mockRestore();
  }
};

describe("the checksum of files", () => {
  test("is that of zip and PNG, in Node and in a page", () => {
    const check = () => new Crc32().add("123456789").toString();
    expect(check()).toBe("cbf43926");
    expect(inPage(check)).toBe("cbf43926");
    expect(new Crc32().toString()).toBe("00000000");
  });

  test("is the same of the same bytes, in whatever pieces and wherever it is computed", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.string({ maxLength: 20 })), { maxLength: 6 }), (pieces) => {
        const sum = () => pieces.reduce<Crc32>((crc, piece) => crc.add(piece), new Crc32()).value;
        const whole = Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)));
        expect(inPage(sum)).toBe(sum());
        expect(new Crc32().add(whole).value).toBe(sum());
      }),
    );
  });

  test("is that of another polynomial where one is named", () => {
    // CRC-32C of RFC 3720
    expect(new Crc32(0x82f63b78).add("123456789").toString()).toBe("e3069283");
  });
});
