const CODE = /^(\d{4})(\d{2})(\d{2})$/;

/**
 * The closing date in a round's code, YYYYMMDD.
 * @throws RangeError for anything else, a day that never was included
 */
export const parseCode = (code: string): Temporal.PlainDate => {
  const match = CODE.exec(code);
  const date = match === null ? undefined : match.slice(1).join("-");
  try {
    if (date !== undefined) return Temporal.PlainDate.from(date);
  } catch {
    // said below, in the words of a code
  }
  throw new RangeError(`"${code}" is no round's code. Give the closing date as YYYYMMDD.`);
};
