import { OptionError } from "../../../options/errors.js";
import { demand, type Field } from "../../../options/options.js";
import { placeOf } from "./connection.js";
import type { QueueConnection } from "./types.js";

/** What is wrong with it is said without showing it: it may hold a password. */
export const connectionField: Field<QueueConnection> = {
  fallback: undefined,
  read(value, path) {
    if (value === undefined) throw new OptionError(path, undefined, "is missing: where is Redis? As in redis://host:port/0");
    placeOf(value as QueueConnection);
    return value as QueueConnection;
  },
};

export const place: Field<string> = {
  fallback: undefined,
  read(value, path) {
    demand(typeof value === "string" && value !== "", path, value, "a folder, or a URL");
    return value as string;
  },
};
