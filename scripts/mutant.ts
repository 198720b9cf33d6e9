/** A defect planted on purpose: with it, the tests named must fail. Without it they must pass. */
export interface Mutant {
  /** What it gets wrong, in words. */
  readonly name: string;
  readonly file: string;
  /** Exact text that occurs once in `file`, and what stands there instead. */
  readonly find: string;
  readonly replace: string;
  /** `bun test FILE` for a pure test, `bun scripts/test.ts FILE` for one that needs servers. */
  readonly tests: string;
}

/** Mutants of one file that the same tests must notice. */
export const mutantsOf =
  (file: string, tests: string) =>
  (name: string, find: string, replace: string): Mutant => ({ name, file, find, replace, tests });
