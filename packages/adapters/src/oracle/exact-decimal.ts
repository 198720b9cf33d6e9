/**
 * Whether `text` is an exact decimal above zero: digits, perhaps a point and more digits, no sign and no exponent; no more
 * than 18 on a side of the point, which is what rounds compare.
 */
export const isPositiveDecimal = (text: string): boolean =>
  /^(0|[1-9]\d{0,17})(\.\d{1,18})?$/.test(text) && /[1-9]/.test(text);
