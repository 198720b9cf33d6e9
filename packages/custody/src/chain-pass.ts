import { DomainError, type By } from "@closebell/context";
import type { Chain } from "./chain.ts";
import type { CustodyDeps } from "./custody-deps.ts";

/** Which part of a pass over a chain. */
export type ChainStep =
  | "deposits"
  | "backfill"
  | "approval"
  | "numbers"
  | "broadcast"
  | "confirmation"
  | "sweep";

/** Something a chain could not do, or said that can't be. The pass goes on; what failed is tried again in the next. */
export interface ChainProblem {
  readonly chain: string;
  readonly step: ChainStep;
  readonly message: string;
}

/** What a pass did: how many deposits and withdrawals entered which state. */
export interface ChainProgress {
  /** Deposits credited. */
  deposits: number;
  /** Deposits that vanished, credited or not. */
  reorged: number;
  approved: number;
  broadcast: number;
  confirmed: number;
  failed: number;
  /** Withdrawals that a person has to decide about. */
  review: number;
  /** Deposit addresses that are being emptied now. */
  swept: number;
  readonly problems: ChainProblem[];
}

/** One pass over one chain. */
export interface ChainPass {
  readonly deps: CustodyDeps;
  readonly by: By;
  readonly chain: Chain;
  /** Added to by each step. */
  readonly progress: ChainProgress;
}

/** Where a pass begins. */
export const noProgress = (): ChainProgress => ({
  deposits: 0,
  reorged: 0,
  approved: 0,
  broadcast: 0,
  confirmed: 0,
  failed: 0,
  review: 0,
  swept: 0,
  problems: [],
});

/** Keeps a problem for the caller and logs it. */
export const reportProblem = (pass: ChainPass, step: ChainStep, error: unknown): void => {
  const message = error instanceof Error ? error.message : String(error);
  const chain = pass.chain.name;
  pass.progress.problems.push({ chain, step, message });
  pass.deps.log.error({ chain, step, err: error }, "chain problem");
};

/** Runs one step of a pass, so that what fails in it stops neither the other steps nor the other chains. */
export const runStep = async (
  pass: ChainPass,
  step: ChainStep,
  work: (pass: ChainPass) => Promise<void>,
): Promise<void> => {
  try {
    await work(pass);
  } catch (error) {
    // Without a database nothing else can go on either; the caller has to know.
    if (error instanceof DomainError && error.code === "DATABASE_UNAVAILABLE") throw error;
    reportProblem(pass, step, error);
  }
};
