/** How many times as long as in CI the stress tests run: `STRESS=20 bun run test test/stress`. */
export const stress = (): number => Math.max(1, Number(process.env["STRESS"] ?? "1"));

/** The seed of this run: STRESS_SEED repeats one. */
export const stressSeed = (): number =>
  Number(process.env["STRESS_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** Says what is being repeated, and how to do so, on stderr: a run that fails must not be lost. */
export const announce = (what: string, seed: number): void => {
  process.stderr.write(`${what}: STRESS_SEED=${seed}\n`);
};
