/** `value` as JSON text; bigints inside become strings of digits, instants RFC 3339. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "bigint" ? inner.toString() : inner,
  );
