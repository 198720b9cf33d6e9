/** Does `work` for every item, at most `atOnce` at the same time; answers in the order of the items. */
export const inTurns = async <T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> => {
  const done: R[] = [];
  for (let next = 0; next < items.length; next += atOnce) {
    done.push(...(await Promise.all(items.slice(next, next + atOnce).map(work))));
  }
  return done;
};
