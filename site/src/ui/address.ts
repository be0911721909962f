import { useEffect, useRef, useState } from "preact/hooks";

/** What JSON is full of, in signs that need no escape in an address. */
const SIGNS = { "%22": "'", "%3A": ":", "%2C": ",", "%7B": "(", "%7D": ")" };

/** What stands behind the # of an address: it is never sent to a server. */
export function encode(state: unknown): string {
  const escaped = encodeURIComponent(JSON.stringify(state)).replace(/['()]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return Object.entries(SIGNS).reduce((text, [code, sign]) => text.replaceAll(code, sign), escaped);
}

/** @throws SyntaxError for what `encode` did not make. */
export function decode(hash: string): unknown {
  const text = Object.entries(SIGNS).reduce((text, [code, sign]) => text.replaceAll(sign, code), hash.replace(/^#/, ""));
  return JSON.parse(decodeURIComponent(text));
}

/**
 * State that is kept in the address, so that a link brings it back. `read` makes the state of what an address holds and of nothing; it throws
 * for what it cannot read, which is then said beside the start state.
 */
export function useAddress<T>(read: (value: unknown) => T): [T, (next: T) => void, string | undefined] {
  const [[state, fault], set] = useState<[T, string | undefined]>(() => fromHash(read));
  const own = useRef("");
  useEffect(() => {
    const follow = () => {
      if (location.hash !== own.current) set(fromHash(read));
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [read]);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const change = (next: T) => {
    set([next, undefined]);
    // browsers limit how often an address may change
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      own.current = `#${encode(next)}`;
      history.replaceState(null, "", own.current);
    }, 250);
  };
  return [state, change, fault];
}

function fromHash<T>(read: (value: unknown) => T): [T, string | undefined] {
  if (location.hash.length < 2) return [read(undefined), undefined];
  try {
    return [read(decode(location.hash)), undefined];
  } catch (error) {
    return [read(undefined), `The link cannot be read (${(error as Error).message}): this is the start instead.`];
  }
}
