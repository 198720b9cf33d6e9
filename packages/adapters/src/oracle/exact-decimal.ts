/** Whether `text` is an exact decimal above zero: digits, perhaps a point and more digits, no sign and no exponent. */
export const isPositiveDecimal = (text: string): boolean =>
  text.length <= 40 && /^(0|[1-9]\d*)(\.\d+)?$/.test(text) && /[1-9]/.test(text);
