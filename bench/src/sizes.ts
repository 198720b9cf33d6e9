/** How much of everything: all of it, or as little as runs every line of code. */
export interface Sizes {
  readonly quick: boolean;
  /** Whether a server of our own waits for the disk. */
  readonly durable: boolean;
  readonly repetitions: number;
  /** Of one sample. */
  readonly seconds: number;
  readonly warmSeconds: number;
  /** Of a process that answers over HTTP: until then its compiler runs beside it, and each token is seen for the first time. */
  readonly httpWarmSeconds: number;
  readonly concurrentUsers: number;
  readonly spreadRounds: number;
  readonly loneBets: number;
  readonly pgbenchScale: number;
  /** Clients or connections tried for a reference. */
  readonly sweep: readonly number[];
  readonly sweepSeconds: number;
  readonly grownRows: number;
  readonly grownUsers: number;
  readonly settled: number;
  readonly settledLarge: number;
  readonly settledSmall: number;
  readonly playersPerBet: number;
  readonly balanceReaders: number;
  readonly connections: readonly [number, number];
}

export const FULL: Sizes = {
  quick: false,
  durable: true,
  repetitions: 3,
  seconds: 5,
  warmSeconds: 1.5,
  httpWarmSeconds: 8,
  concurrentUsers: 1_000,
  spreadRounds: 1_000,
  loneBets: 500,
  pgbenchScale: 50,
  sweep: [4, 8, 16, 32, 64],
  sweepSeconds: 2,
  grownRows: 5_000_000,
  grownUsers: 100_000,
  settled: 1_000_000,
  settledLarge: 10_000_000,
  settledSmall: 100_000,
  playersPerBet: 0.1,
  balanceReaders: 256,
  connections: [256, 1_000],
};

export const QUICK: Sizes = {
  quick: true,
  durable: false,
  repetitions: 1,
  seconds: 0.5,
  warmSeconds: 0.2,
  httpWarmSeconds: 0.2,
  concurrentUsers: 100,
  spreadRounds: 20,
  loneBets: 30,
  pgbenchScale: 1,
  sweep: [8],
  sweepSeconds: 1,
  grownRows: 20_000,
  grownUsers: 1_000,
  settled: 5_000,
  settledLarge: 20_000,
  settledSmall: 1_000,
  playersPerBet: 0.1,
  balanceReaders: 256,
  connections: [32, 64],
};
