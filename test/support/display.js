import { printed, start, within } from "./processes.js";

const TIMEOUT = 60_000;

/**
 * A screen in memory, for browsers that must have one: `env` is what their environment holds then. The server tells itself, on a pipe, when
 * it can be connected to and under which free number; xvfb-run waits for a signal, and for ever when that comes before it waits.
 */
export async function startDisplay() {
  const server = start(["Xvfb", "-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-noreset"]);
  const stop = async () => {
    // asked to end, it removes its lock
    server.child.kill("SIGTERM");
    await within(TIMEOUT, server.ended).catch(() => server.stop());
  };
  try {
    const [, number] = await printed(server, /^(\d+)\n/, TIMEOUT);
    return { env: { DISPLAY: `:${number}` }, stop };
  } catch (error) {
    await stop();
    throw new Error(`Xvfb does not start: ${error.message}`);
  }
}
