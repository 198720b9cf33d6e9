const FORM = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
/** What `rounds` compares exactly: digits on either side of the point. */
const MAX_DIGITS = 18;

const shift = (digits: string, point: number): readonly [string, string] => {
  if (point <= 0) return ["0", "0".repeat(-point) + digits];
  if (point >= digits.length) return [digits + "0".repeat(point - digits.length), ""];
  return [digits.slice(0, point), digits.slice(point)];
};

/**
 * A number of JSON, or the same in quotes, as a plain exact decimal: "2.10e2" is "210", anything without an exponent stays
 * as it was written. Undefined for what is no number, or has more than 18 digits on a side of the point.
 */
export const plainDecimal = (text: string): string | undefined => {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent] = match;
  const [left, right] =
    exponent === undefined
      ? [whole, fraction]
      : shift(whole + fraction, whole.length + Number(exponent));
  const digits = left.replace(/^0+(?=\d)/, "");
  const trimmed = exponent === undefined ? right : right.replace(/0+$/, "");
  if (digits.length > MAX_DIGITS || trimmed.length > MAX_DIGITS) return undefined;
  return `${sign}${digits}${trimmed === "" ? "" : `.${trimmed}`}`;
};
