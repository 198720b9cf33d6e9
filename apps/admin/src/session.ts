import type { By, Logger } from "@closebell/context";
import type { Principal } from "@closebell/identity";
import type { Config, Runtime } from "@closebell/runtime";
import type { Progress } from "./output/progress.ts";
import type { Terminal } from "./output/terminal.ts";

/** Options that every command takes. */
export interface Globals {
  readonly json?: true | undefined;
  readonly market?: string | undefined;
  readonly reason?: string | undefined;
}

/** What a command works with that needs no database. */
export interface Bench {
  readonly globals: Globals;
  readonly config: Config;
  readonly log: Logger;
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  progress(label: string): Progress;
}

/** What a command works with on the database, before anybody has said who they are. */
export interface Connected extends Bench {
  readonly runtime: Runtime;
  /** The database, by the name its keys are kept under. */
  readonly service: string;
}

/** What a command works with on the database. */
export interface Session extends Connected {
  /** True where the service itself runs on this database. */
  readonly attached: boolean;
  readonly principal: Principal;
  /** Whoever runs this command, by their own key, in this request, and why where it changes something. */
  readonly by: By;
}
