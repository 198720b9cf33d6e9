/**
 * Reads JSON with every number as the text it was written as: a price must not pass through a float.
 * @throws SyntaxError
 */
export const parseLossless = (text: string): unknown =>
  JSON.parse(text, (_key, value: unknown, ...context: { readonly source?: string }[]) =>
    typeof value === "number" ? (context[0]?.source ?? String(value)) : value,
  );
