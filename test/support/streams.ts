import { vi } from "vitest";

/** What this process prints from here on, which nobody sees, until `vi.restoreAllMocks()` or `restore()`. */
export function hear(): { out: string; err: string; restore(): void } {
  const streams = [
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      heard.out += text;
      return true;
    }),
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      heard.err += text;
      return true;
    }),
  ];
  const heard = {
    out: "",
    err: "",
    restore() {
      for (const stream of streams) stream.mockRestore();
    },
  };
  return heard;
}
