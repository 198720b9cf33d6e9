import type { CloseCheck, OracleAttempt } from "@closebell/rounds";
import type { z } from "@hono/zod-openapi";
import type { attemptSchema, closeCheckSchema } from "../schemas/evidence.ts";
import type { Simulated } from "./simulated.ts";

export const presentAttempt = (
  attempt: OracleAttempt,
  simulated: Simulated,
): z.infer<typeof attemptSchema> => ({
  source: attempt.source,
  simulated: simulated.prices([attempt.source]),
  beganAt: attempt.beganAt.toString(),
  endedAt: attempt.endedAt.toString(),
  failure: attempt.failure,
  detail: attempt.detail,
  previousClose: attempt.previousClose,
  close: attempt.close,
  answers: attempt.answers,
});

export const presentCheck = (check: CloseCheck): z.infer<typeof closeCheckSchema> => ({
  kind: check.kind,
  source: check.source,
  beganAt: check.beganAt.toString(),
  endedAt: check.endedAt.toString(),
  failure: check.failure,
  detail: check.detail,
  storedPreviousClose: check.storedPreviousClose,
  storedClose: check.storedClose,
  previousClose: check.previousClose,
  close: check.close,
  differs: check.differs,
  changesOutcome: check.changesOutcome,
  answers: check.answers,
});
