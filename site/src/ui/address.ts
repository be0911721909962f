import { useEffect, useRef, useState } from "preact/hooks";
import { decode, encode } from "./hash.js";

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
