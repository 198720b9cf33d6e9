import type { OracleAttempt } from "@closebell/rounds";
import type { z } from "@hono/zod-openapi";
import type { attemptSchema } from "../schemas/evidence.ts";
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
