/** Quotes rejected input for a message, without repeating megabytes or control characters of it. */
export const excerpt = (text: string): string =>
  JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
