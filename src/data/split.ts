import { Random } from "../numerics/random.js";
import { DataError, OptionError } from "../options/errors.js";
import { boolean, type Fields, integer, number, readOptions } from "../options/options.js";
import { checkDataset, type Dataset, takeRows } from "./dataset.js";
import { joined } from "./joined.js";
import { AdvisedDataError, option, type Words } from "./words.js";

export interface SplitOptions {
  /** The share of the rows held out for validation, above 0 and below 1. Default 0.2. */
  validation?: number;
  /** The share held out for a last test, from 0 and below 1. Default 0: no test part. */
  test?: number;
  /** Decides which rows go where: the same seed, the same split. An integer from 0; default 1. */
  seed?: number;
  /** Give every part the same mixture of classes. Default true; regression has no classes and ignores it. */
  stratify?: boolean;
}

export interface DatasetParts<T> {
  readonly training: T;
  readonly validation: T;
  readonly test?: T;
}

/** The class of each row, as an index below `count`. */
export interface Strata {
  readonly classes: ArrayLike<number>;
  readonly count: number;
}

export const splitFields: Fields<Required<SplitOptions>> = {
  validation: number(0.2, { above: 0, below: 1 }),
  test: number(0, { min: 0, below: 1 }),
  seed: integer(1, { min: 0 }),
  stratify: boolean(true),
};

/**
 * Parts data at random into training, validation and, if asked for, test rows; every row goes to exactly one part, and parts keep the
 * order of the rows.
 *
 * A part of share s has round(s · rows) rows, training the rest. Stratified, a class with n_c of the n rows gets h · n_c / n of the h rows
 * held out, rounded by the method of largest remainders: sizes are exact, and each class is within one row of its share (further only where
 * it would lose its last row of training, which it keeps). The rows held out are parted into validation and test in the same way.
 *
 * @throws OptionError for shares out of range and for what is no data set. @throws DataError when a part would be empty, or when there are too few rows of each class.
 *
 * @example
 * const { training, validation } = splitDataset(data, { validation: 0.2, seed: 7 });
 */
export function splitDataset(data: Dataset, options: SplitOptions = {}): DatasetParts<Dataset> {
  const settings = readOptions<Required<SplitOptions>>("splitDataset", options, splitFields);
  checkDataset(data, "splitDataset.data");
  const strata = data.task === "classification" ? { classes: data.targets, count: data.outputs } : undefined;
  return mapParts(splitRows("splitDataset", data.rows, settings, strata), (rows) => takeRows(data, rows));
}

/** Row indices, from 0 and ascending, of the parts of `rows` rows; `path` names the options in errors. */
export function splitRows(path: string, rows: number, settings: Required<SplitOptions>, strata?: Strata): DatasetParts<Uint32Array> {
  if (settings.validation + settings.test >= 1) {
    throw new OptionError(
      `${path}.test`,
      settings.test,
      `must leave rows for training: validation ${settings.validation} and test ${settings.test} are all of them`,
    );
  }
  refuseEmpty(settings, rows);
  const test = Math.round(settings.test * rows);
  const heldOut = Math.round(settings.validation * rows) + test;
  if (heldOut >= rows) throw new DataError(`too few rows for the split (${rows}): none would be left for training`);

  const groups = groupRows(rows, settings.stratify ? strata : undefined);
  groups.forEach((group, index) => {
    new Random(settings.seed, "split", index).shuffle(group);
  });
  const counts = groups.map((group) => group.length);
  const heldOutOf = apportion(heldOut, counts, 1);
  const testOf = apportion(test, heldOutOf, 0);

  const part = (from: (group: number) => number, to: (group: number) => number) =>
    joined(
      groups.map((group, index) => group.subarray(from(index), to(index))),
      Uint32Array,
    ).sort();
  const at = (sizes: readonly number[]) => (index: number) => sizes[index] as number;
  return {
    training: part(at(heldOutOf), at(counts)),
    validation: part(at(testOf), at(heldOutOf)),
    ...(test > 0 && { test: part(() => 0, at(testOf)) }),
  };
}

/** The same change to every part there is. */
export function mapParts<T, U>(parts: DatasetParts<T>, change: (part: T) => U): DatasetParts<U> {
  const { training, validation, test } = parts;
  return Object.freeze({ training: change(training), validation: change(validation), ...(test !== undefined && { test: change(test) }) });
}

/** Says of a part that would be empty how many rows it takes, or which shares do with those there are. */
function refuseEmpty({ validation, test }: Required<SplitOptions>, rows: number): void {
  const isEmpty = (share: number) => share > 0 && Math.round(share * rows) === 0;
  const [name, share] = isEmpty(test) ? ["test", test] : ["validation", validation];
  if (!isEmpty(share)) return;
  const least = Math.ceil(0.5 / (test > 0 ? Math.min(validation, test) : validation));
  const whole = Math.ceil(100 / rows) / 100;
  const shares = [...(isEmpty(validation) ? [option("validation", whole)] : []), ...(test > 0 ? [option("test", 0)] : [])];
  const other: Words = rows < 2 ? [] : [", or ", ...shares.flatMap((one, i) => (i > 0 ? [" and ", one] : [one]))];
  throw new AdvisedDataError([
    `the ${name} part would be empty: ${share} of ${rows} ${rows === 1 ? "row" : "rows"} is less than a row; it takes ${least} rows at the least`,
    ...other,
  ]);
}

function groupRows(rows: number, strata: Strata | undefined): Uint32Array[] {
  const groups: number[][] = Array.from({ length: strata?.count ?? 1 }, () => []);
  for (let row = 0; row < rows; row++) groups[strata?.classes[row] ?? 0]?.push(row);
  return groups.map((group) => Uint32Array.from(group));
}

/** Shares `size` out in proportion to `counts` by largest remainders, leaving each group `keep` of its rows; ties go to the first. */
function apportion(size: number, counts: readonly number[], keep: number): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const quotas = counts.map((count) => (size * count) / total);
  const shares = quotas.map(Math.floor);
  for (let left = size - shares.reduce((sum, share) => sum + share, 0); left > 0; left--) {
    let best = -1;
    let largest = Number.NEGATIVE_INFINITY;
    shares.forEach((share, group) => {
      const remainder = (quotas[group] as number) - share;
      if (remainder > largest && share < (counts[group] as number) - keep) {
        best = group;
        largest = remainder;
      }
    });
    if (best < 0) {
      const classes = counts.filter((count) => count > 0).length;
      const way = total > classes ? `hold out ${total - classes} at the most` : "it takes more rows";
      throw new DataError(
        `${size} of ${total} rows cannot be held out while each of ${classes} classes keeps one: ${way}, or, in a program, pass stratify: false`,
      );
    }
    shares[best] = (shares[best] as number) + 1;
  }
  return shares;
}
