import { StepsizeError } from "../../../options/errors.js";

/** Redis cannot be reached, refuses what it is asked, is full, or serves another version of this library. Its message holds no password. */
export class QueueError extends StepsizeError {
  override get name(): string {
    return "QueueError";
  }
}

const REFUSED = /WRONGPASS|NOAUTH|NOPERM|invalid password|without any password configured/i;
const FULL = /^OOM |'maxmemory'/;
const READ_ONLY = /^(?:MISCONF|READONLY)/;

/** What an error of Redis means when waiting does not help; undefined of one that may pass. */
export function lastingError(error: unknown, place: string): QueueError | undefined {
  // a transaction that is not run says why inside
  const { message, previousErrors = [] } = error as Error & { previousErrors?: readonly Error[] };
  for (const inner of previousErrors) {
    const known = lastingError(inner, place);
    if (known !== undefined) return known;
  }
  if (REFUSED.test(message))
    return new QueueError(`Redis at ${place} refuses this user name or password: give them as in redis://user:password@host:port/0`);
  if (FULL.test(message))
    return new QueueError(
      `Redis at ${place} is full: give it more memory (maxmemory), or wait until older results expire; what is done is kept`,
    );
  if (READ_ONLY.test(message)) return new QueueError(`Redis at ${place} takes nothing that is written to it: ${message}`);
  return undefined;
}

/** Why there is no connection to begin with. */
export function connectError(error: unknown, place: string): QueueError {
  const lasting = lastingError(error, place);
  if (lasting !== undefined) return lasting;
  const { code, message } = error as NodeJS.ErrnoException;
  const why = REASONS[code ?? ""] ?? message;
  return new QueueError(`cannot reach Redis at ${place}: ${why}`, { cause: error });
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "there is no such host",
  ETIMEDOUT: "it does not answer",
  EHOSTUNREACH: "there is no way to this host",
  ECONNRESET: "it ends the connection (rediss:// is for TLS, redis:// for none)",
};
