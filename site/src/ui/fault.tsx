import type { ComponentChildren } from "preact";

/** What is wrong, where something is: read out at once. */
export function Fault({ children }: { children: ComponentChildren }) {
  return children === undefined ? null : (
    <p class="error" role="alert">
      {children}
    </p>
  );
}

interface AddressProps {
  fault: string | undefined;
  /** Whether the address speaks of a file that is not there. */
  missing: boolean;
  /** The data that are shown in its place. */
  instead: string;
}

/** What is wrong with the address of a page. */
export function AddressFault({ fault, missing, instead }: AddressProps) {
  return (
    <>
      <Fault>{fault}</Fault>
      <Fault>
        {missing
          ? `The link is of a file, which it cannot bring along: open that file below. Until then these are the ${instead}.`
          : undefined}
      </Fault>
    </>
  );
}
