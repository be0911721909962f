import type { Command, Option } from "commander";

/**
 * The command line that trains with a rate that was searched for: the words a person typed for the search, less what only a search has.
 *
 * @param own the flags, by their long names, that `train` does not have or would take otherwise.
 */
export function trainLine(command: Command, words: readonly string[], rate: number, own: ReadonlySet<string>): string {
  return commandLine("train", command, words, own, ["--rate", String(rate)]);
}

/** The command line of another command with the words a person typed for this one, less the flags that are its own, and with more of them. */
export function commandLine(
  other: string,
  command: Command,
  words: readonly string[],
  own: ReadonlySet<string>,
  more: readonly string[],
): string {
  return ["stepsize", other, ...without(command, words, own), ...more].map(quoted).join(" ");
}

/** Words less some flags, by their long names, and their values. */
function without(command: Command, words: readonly string[], left: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const option = optionOf(command, word);
    const takes = option?.required === true && !word.includes("=") && !isAttached(option, word);
    if (option === undefined || !left.has(option.long as string)) kept.push(word, ...(takes ? [words[i + 1] as string] : []));
    if (takes) i++;
  }
  return kept;
}

/** Where trials run, which changes no number, and may have a password in it. */
const UNTOLD: ReadonlySet<string> = new Set(["--queue", "--store", "--keep"]);

/** The words a person typed behind the name of a command, as they may be kept and shown. */
export function wordsAfter(command: Command): string[] {
  const { rawArgs } = command.parent as Command & { rawArgs: string[] };
  return without(command, rawArgs.slice(rawArgs.indexOf(command.name()) + 1), UNTOLD);
}

function optionOf({ options }: Command, word: string): Option | undefined {
  if (!word.startsWith("-") || word === "-") return undefined;
  const [name] = word.split("=");
  return options.find((option) => option.long === name || option.short === name || isAttached(option, word));
}

/** A short flag with its value behind it, as in -ttarget. */
function isAttached({ short }: Option, word: string): boolean {
  return short !== undefined && !word.startsWith("--") && word.startsWith(short) && word.length > short.length;
}

/** A word as a shell of POSIX takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
