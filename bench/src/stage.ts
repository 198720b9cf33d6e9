import type { Figure } from "./report/figure.ts";
import type { LineId, Part } from "./report/targets.ts";
import type { BenchServer } from "./server/bench-server.ts";
import type { Sizes } from "./sizes.ts";

/** What a measurement works with. */
export interface Stage {
  readonly server: BenchServer;
  readonly sizes: Sizes;
  /** Databases with every migration, to be copied: on real time, and a sandbox. */
  readonly migrated: Map<"real" | "sandbox", string>;
  /** The program, where there is one. */
  readonly pgbench: string | undefined;
  /** A folder with the SQL of the pgledger project, where one was given. */
  readonly pgledger: string | undefined;
  readonly signal: AbortSignal;
  /** Says what happens now. */
  step(what: string): void;
  /** Notes why a line has no figure. */
  notMeasured(line: LineId, why: string): void;
  /** Keeps how the statements of a reference are planned. */
  keepPlan(name: string, text: string): void;
}

export interface Measurement {
  readonly part: Part;
  readonly title: string;
  /** How long it takes on a small machine. */
  readonly seconds: number;
  run(stage: Stage): Promise<readonly Figure[]>;
}

/** The books, or what stands for them, are wrong: no figure of this run counts. */
export class NotConserved extends Error {
  override readonly name = "NotConserved";
}
