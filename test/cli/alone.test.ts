// A machine that lets no worker start: what `node --permission` does.
import { expect, test } from "vitest";
import { iris, main, permission, runNode, scratch } from "../support/cli.js";

const cwd = scratch();

test.each([[["--workers", "2"]], [["--workers", "2", "--vary", "optimizer=adam,sgd"]]])(
  "search %j goes on alone, and says so",
  async (flags) => {
    const words = ["search", iris, "-t", "species", "--rates", "0.01,0.1", "--repeats", "1", "--epochs", "3", "--no-report", "--json"];
    const plain = await runNode(main, [...words, ...flags], cwd);
    const alone = await runNode(permission, ["--no-warnings", "--allow-fs-read=*", "--allow-fs-write=*", main, ...words, ...flags], cwd);
    expect(alone.code).toBe(0);
    expect(alone.err).toMatch(
      /^note: no more workers could be started \(Access to this API has been restricted.*\): fewer trials ran side by side\n$/,
    );
    expect(JSON.parse(alone.out).rates ?? JSON.parse(alone.out).combinations).toEqual(
      JSON.parse(plain.out).rates ?? JSON.parse(plain.out).combinations,
    );
  },
);
