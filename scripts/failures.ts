/** What one test file printed, where something in it failed. */
export interface Failure {
  /** Path of the test file from the root. */
  readonly file: string;
  /** Its output, without the lines of tests that passed. */
  readonly text: string;
}

const FILE = /^(\S+\.test\.ts):$/;
/** Where `bun test` names at its end once more what was skipped and what failed, in no file's section. */
const SUMMARY = /^\d+ tests? (?:skipped|todo|failed):$/;
const FAILED = /^\(fail\) |^# Unhandled error/m;
/** fast-check's own words: another run draws other values, and would prove nothing. */
const PROPERTY = /Property failed after/;
const LINES = 60;

/** The failing files in what `bun test` printed, in its order. A property's failure has its seed in the text. */
export const failuresIn = (output: string): readonly Failure[] => {
  const sections: { file: string; lines: string[] }[] = [];
  for (const line of output.split("\n")) {
    if (SUMMARY.test(line)) break;
    const file = FILE.exec(line)?.[1];
    if (file !== undefined) sections.push({ file, lines: [] });
    else if (!line.startsWith("(pass) ")) sections.at(-1)?.lines.push(line);
  }
  return sections
    .map(({ file, lines }) => ({ file, text: lines.join("\n").trim() }))
    .filter(({ text }) => FAILED.test(text))
    .map(({ file, text }) => ({ file, text: text.split("\n").slice(-LINES).join("\n") }));
};

/** Whether a second run could tell a defect from a machine that was too busy. */
export const mayPassAlone = ({ text }: Failure): boolean => !PROPERTY.test(text);
