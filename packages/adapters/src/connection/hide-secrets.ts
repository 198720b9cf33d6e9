const spellings = (secret: string): readonly string[] => [
  secret,
  encodeURIComponent(secret),
  new URLSearchParams({ s: secret }).toString().slice(2),
  JSON.stringify(secret).slice(1, -1),
];

/**
 * Makes a function that puts *** for each secret, in whatever way a URL or JSON spells it: a provider may send our key back
 * in its answer.
 */
export const createHider = (secrets: readonly string[]): ((text: string) => string) => {
  const known = [...new Set(secrets.filter((secret) => secret !== "").flatMap(spellings))]
    // the longest first: one secret may be part of another
    .toSorted((a, b) => b.length - a.length);
  return (text) => known.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
};
