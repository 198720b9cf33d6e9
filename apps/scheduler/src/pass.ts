import {
  type Actor,
  type By,
  DomainError,
  type Ids,
  type Logger,
  SYSTEM_ACTORS,
} from "@closebell/context";
import { type Bell, createBell } from "./bell.ts";
import { type ChangesOnly, changesOnly } from "./changes-only.ts";

/** What a pass answers that another process is at: this one has seen to nothing. */
export const BUSY = "busy";

/** Something the scheduler does again and again. */
export interface Pass {
  readonly name: string;
  readonly actor?: Actor;
  /** Answers BUSY, or anything else where it got through. */
  work(by: By, log: Logger): Promise<unknown>;
}

export interface PassDeps {
  readonly ids: Ids;
  readonly log: Logger;
  /** Told once when the pass begins to fail, not each time it does. */
  readonly failed: (name: string) => void;
  /** Told of the pass when it is made; what it answers, each time the pass gets through. */
  readonly watch: (name: string) => { readonly done: () => void };
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** What is told apart: a database that is gone shows in many ways, one after the other. */
const faultOf = (error: unknown): string =>
  error instanceof DomainError && error.code === "DATABASE_UNAVAILABLE"
    ? error.code
    : messageOf(error);

/** Says when it begins to fail, when it fails otherwise than before, and when it works again. */
const reporter = (deps: PassDeps, name: string) => {
  let failing: string | undefined;
  return {
    failed(error: unknown) {
      const fault = faultOf(error);
      if (fault === failing) return;
      if (failing === undefined) deps.failed(name);
      failing = fault;
      // what was foreseen needs no stack
      const fields = error instanceof DomainError ? { code: error.code } : { err: error };
      deps.log.error({ pass: name, ...fields }, `${name}: ${messageOf(error)}`);
    },
    well() {
      if (failing !== undefined) deps.log.info({ pass: name }, `${name}: works again`);
      failing = undefined;
    },
  };
};

/** A bell that runs `pass`, each time as a request of its own; what goes wrong is logged once per change. */
export const createPassBell = (deps: PassDeps, pass: Pass): Bell => {
  const log: ChangesOnly = changesOnly(deps.log);
  const report = reporter(deps, pass.name);
  const { done } = deps.watch(pass.name);
  return createBell(async () => {
    const actor = pass.actor ?? SYSTEM_ACTORS.scheduler;
    try {
      const came = await pass.work({ actor, requestId: deps.ids.uuid() }, log);
      report.well();
      // whoever is at it may hang, and must not look well by those who leave it to them
      if (came !== BUSY) done();
    } catch (error) {
      report.failed(error);
      throw error;
    } finally {
      log.runEnded();
    }
  });
};
