import type { By } from "@closebell/context";
import type { Work } from "@closebell/database";
import { ensurePeriod, periodOf, postTransfers, type NewTransfer } from "@closebell/ledger";

/**
 * Posts one transfer, for the month in which what it is for was recorded: the same months later, so that a retry then
 * meets the same key. Told to everyone by `custody.moved`.
 */
export const postOne = async (
  work: Work,
  input: { readonly by: By; readonly kind: number; readonly recordedAt: Temporal.Instant } & {
    readonly transfer: NewTransfer;
  },
): Promise<void> => {
  const period = periodOf(input.recordedAt);
  await ensurePeriod(work, period);
  await postTransfers(work, {
    by: input.by,
    period,
    kind: input.kind,
    transfers: [input.transfer],
  });
  work.emit({ type: "custody.moved" });
};
