/** `read`, at most once in `maxAgeMs`; callers that come meanwhile share one answer. A failure is not remembered. */
export const remembered = <T>(
  read: () => Promise<T>,
  maxAgeMs: number,
  now: () => number = () => performance.now(),
): (() => Promise<T>) => {
  let last: { readonly at: number; readonly value: Promise<T> } | undefined;
  return () => {
    const at = now();
    if (last !== undefined && at - last.at < maxAgeMs) return last.value;
    const value = read();
    const mine = { at, value };
    last = mine;
    value.catch(() => {
      if (last === mine) last = undefined;
    });
    return value;
  };
};
