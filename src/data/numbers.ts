/** The sign between the whole of a number and its fraction. */
export type Decimal = "." | ",";

/** Powers of ten that a float64 holds exactly. */
export const POWERS = /* @__PURE__ */ Object.freeze(Array.from({ length: 23 }, (_, i) => Number(`1e${i}`)));

const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;
/** A post code, an account number: digits that a number would not keep. */
const CODE = /^(?:0\d+|\d{16,})$/;

const BLANKS = "[ \\u00a0\\u2009\\u202f]";
/** Currencies and percent, in front or behind. */
const UNIT = "[$€£¥₹₽₩₺₴₫฿¢%‰]|[A-Z]{2}\\$|USD|EUR|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|CAD|AUD|NZD|BRL|ZAR|kr\\.?|Kč|zł";
const DRESSED = new RegExp(
  `^(?<open>\\()?(?<sign>[+-])?(?<before>${UNIT})?${BLANKS}*(?<sign2>[+-])?(?<body>\\d[\\d.,'’\\u0020\\u00a0\\u2009\\u202f]*|[.,]\\d+)(?<exponent>e[+-]?\\d+)?${BLANKS}*(?<after>${UNIT})?(?<close>\\))?$`,
  "i",
);
const SEPARATOR: Readonly<Record<Decimal, string>> = { ".": "[,'’\\u0020\\u00a0\\u2009\\u202f]", ",": "[.'’\\u0020\\u00a0\\u2009\\u202f]" };
const BODY: Readonly<Record<Decimal, RegExp>> = {
  ".": new RegExp(`^(?:\\d+|\\d{1,3}(?:${SEPARATOR["."]}\\d{3})+|\\d{1,2}(?:,\\d{2})*,\\d{3})?(?:\\.\\d*)?$`),
  ",": new RegExp(`^(?:\\d+|\\d{1,3}(?:${SEPARATOR[","]}\\d{3})+)?(?:,\\d*)?$`),
};

/** Whether a cell names a number that is none: NaN or an infinity. */
export function isNotFinite(cell: string): boolean {
  return NOT_FINITE.test(cell);
}

/** Whether a cell is a code: digits with a zero in front, or more digits than a number keeps. */
export function isCode(cell: string): boolean {
  return CODE.test(cell);
}

/** The number in decimal notation that a cell is, perhaps an infinite one; undefined when it is none. */
export function plainNumber(cell: string, decimal: Decimal): number | undefined {
  const text = decimal === "," ? (cell.includes(".") ? "" : cell.replace(",", ".")) : cell;
  // JSON knows no -0
  return PLAIN.test(text) ? Number(text) + 0 : undefined;
}

/** The dress of a number: its sign, currency, percent and grouping. */
export interface Dress {
  readonly value: number;
  readonly grouped: boolean;
  readonly percent: boolean;
  readonly currency: boolean;
  /** It has a fraction, so that it tells which decimal sign is meant. */
  readonly fraction: boolean;
}

/** The number a person means by 1,234.5 or $1,234 or 12 % or (500) or 1 234,50 €; undefined when it is none. Percents stay as written: 12. */
export function dressedNumber(cell: string, decimal: Decimal): Dress | undefined {
  const parts = DRESSED.exec(cell.replace(/^−|(?<=^\D*)−/u, "-"))?.groups;
  if (parts === undefined || (parts["open"] === undefined) !== (parts["close"] === undefined)) return undefined;
  if (parts["sign"] !== undefined && parts["sign2"] !== undefined) return undefined;
  const body = (parts["body"] as string).trim();
  if (!BODY[decimal].test(body)) return undefined;
  const [whole = "", fraction] = body.split(decimal);
  const digits = whole.replace(/[^\d]/g, "");
  const negative = parts["open"] !== undefined || parts["sign"] === "-" || parts["sign2"] === "-";
  const value = Number(`${digits || "0"}.${fraction || "0"}${parts["exponent"] ?? ""}`);
  const units = `${parts["before"] ?? ""}${parts["after"] ?? ""}`;
  return {
    value: (negative ? -value : value) + 0,
    grouped: digits.length !== whole.length,
    percent: /[%‰]/.test(units),
    currency: /[^%‰]/.test(units),
    fraction: fraction !== undefined,
  };
}

const MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";
const TIME = "(?:[T ]+(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?:[.,](?<part>\\d+))?)?(?: ?(?<half>[AP]M))?)?";
const ZONE = "(?: ?(?:Z|UTC|GMT|(?<zone>[+-]\\d{2}:?\\d{2})))?";
const NAME = "(?<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?";
const date = (form: string) => new RegExp(`^${form}${TIME}${ZONE}$`, "i");
const YEAR_FIRST = date("(?<year>\\d{4})[-/.](?<month>\\d{1,2})(?:[-/.](?<day>\\d{1,2}))?");
const YEAR_LAST = date("(?<first>\\d{1,2})(?<mark>[-/.])(?<second2>\\d{1,2})\\k<mark>(?<year>\\d{4}|\\d{2})");
const DAY_NAME = date(`(?:[a-z]{3,9},? +)?(?<day>\\d{1,2})[- ]${NAME}[- ,]+(?<year>\\d{4}|\\d{2})`);
const NAME_DAY = date(`(?:[a-z]{3,9},? +)?${NAME} +(?<day>\\d{1,2}),? +(?<year>\\d{4})`);

/** Days since 1970-01-01 in UTC, with the time of day as a fraction; undefined when a cell is no day of the calendar, or no time of a day. `dayFirst` reads 3/4/2024 as 3 April. */
export function dateNumber(cell: string, dayFirst: boolean): number | undefined {
  const code = cell.charCodeAt(0);
  if (cell.length < 6 || cell.length > 40 || (code > 57 && code < 65)) return undefined;
  const parts = (YEAR_FIRST.exec(cell) ?? YEAR_LAST.exec(cell) ?? DAY_NAME.exec(cell) ?? NAME_DAY.exec(cell))?.groups;
  if (parts === undefined) return undefined;
  const written = Number(parts["year"]);
  const year = (parts["year"] as string).length === 4 ? written : written < 70 ? 2000 + written : 1900 + written;
  let month = Number(parts["month"] ?? 0);
  let day = Number(parts["day"] ?? 1);
  if (parts["name"] !== undefined) month = MONTHS.indexOf(parts["name"].toLowerCase()) / 3 + 1;
  if (parts["first"] !== undefined) {
    const numbers = [Number(parts["first"]), Number(parts["second2"])] as const;
    [day, month] = dayFirst || parts["mark"] === "." ? numbers : [numbers[1], numbers[0]];
  }
  const [days, seconds, offset] = [dayNumber(year, month, day), secondsOf(parts), offsetOf(parts["zone"])];
  return days === undefined || seconds === undefined || offset === undefined ? undefined : days + (seconds - offset * 60) / 86_400;
}

/** The days of 400 years, after which the calendar is the same again: Date takes the first hundred years for those of 1900. */
const CYCLE = 146_097;

/** Undefined where the month has no such day. */
function dayNumber(year: number, month: number, day: number): number | undefined {
  const date = new Date(Date.UTC(year + 400, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / 86_400_000 - CYCLE : undefined;
}

/** Seconds since midnight: to 24:00, or to 12 before and after noon; a minute may have a leap second. */
function secondsOf(parts: Readonly<Record<string, string | undefined>>): number | undefined {
  const [hour, minute, second] = [Number(parts["hour"] ?? 0), Number(parts["minute"] ?? 0), Number(parts["second"] ?? 0)];
  const half = parts["half"]?.toUpperCase();
  if (hour > (half === undefined ? 24 : 12) || minute > 59 || second > 60) return undefined;
  const since = half === undefined ? hour : (hour % 12) + (half === "PM" ? 12 : 0);
  const seconds = since * 3600 + minute * 60 + second + Number(`0.${parts["part"] ?? 0}`);
  return seconds > 86_400 ? undefined : seconds;
}

/** Minutes ahead of UTC. */
function offsetOf(zone: string | undefined): number | undefined {
  if (zone === undefined) return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  return hours > 23 || minutes > 59 ? undefined : (zone[0] === "-" ? -1 : 1) * (hours * 60 + minutes);
}
