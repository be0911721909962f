import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { pages, read } from "../support/prose.js";

const { files } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { files: readonly string[] };

/** The files that links and pictures of a page lead to. */
function linked(page: string): string[] {
  const links = [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link as string);
  return links.filter((link) => !/^[a-z]+:/.test(link)).map((link) => join(dirname(page), link));
}

/** Whether npm packs a file, by the patterns that package.json has. */
function isPacked(path: string): boolean {
  return files.some((pattern) => {
    const [folder, rest] = pattern.split("/*");
    return rest === undefined ? path === pattern || path.startsWith(`${pattern}/`) : dirname(path) === folder && path.endsWith(rest);
  });
}

test.each(pages)("%s links to what is there, and in the package what is packed", (page) => {
  expect(linked(page).filter((path) => !existsSync(path))).toEqual([]);
  if (isPacked(page)) expect(linked(page).filter((path) => !isPacked(path))).toEqual([]);
});
