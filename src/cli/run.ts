import { FileError } from "./errors.js";
import { program } from "./program.js";
import { tell } from "./tell.js";

/** Runs the command line that the process was started with, and tells what goes wrong. */
export async function run(): Promise<void> {
  for (const [stream, name] of [
    [process.stdout, "the standard output"],
    [process.stderr, "the standard error"],
  ] as const) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // a reader that closed its end, as `| head` does, has had enough; what is to be saved is still finished
      if (error.code === "EPIPE") return;
      tell(new FileError("write", name, error));
      process.exit();
    });
  }
  try {
    await (await program(process.argv[2])).parseAsync();
  } catch (error) {
    tell(error);
  }
}
