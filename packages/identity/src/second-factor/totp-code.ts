import { verifySync } from "otplib";

const PERIOD_SECONDS = 30;

/**
 * The time step a code is of (RFC 6238), if it is one of now, the step before or the step after, and newer than `lastStep`.
 * `now` in seconds.
 */
export const stepOfCode = (
  secret: string,
  code: string,
  now: number,
  lastStep: bigint | null,
): number | undefined => {
  if (!/^[0-9]{6}$/.test(code)) return undefined;
  const epoch = Math.floor(now);
  const found = verifySync({ secret, token: code, epoch, epochTolerance: PERIOD_SECONDS });
  if (!found.valid || !("timeStep" in found)) return undefined;
  return lastStep === null || found.timeStep > lastStep ? found.timeStep : undefined;
};
