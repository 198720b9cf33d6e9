/** What is thrown out at a time, so that not everything is looked through for each that comes. */
const SHARE = 10;

/**
 * Makes room in a full map: what has ended by `at` goes, then the first that came, until a tenth of `maxKeys` is free. Does nothing
 * while it is not full.
 */
export const forgetSome = <T extends { readonly until: number }>(
  kept: Map<string, T>,
  { at, maxKeys }: { readonly at: number; readonly maxKeys: number },
): void => {
  if (kept.size < maxKeys) return;
  const most = maxKeys - Math.max(1, Math.floor(maxKeys / SHARE));
  for (const [key, { until }] of kept) if (until <= at) kept.delete(key);
  for (const key of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(key);
  }
};
