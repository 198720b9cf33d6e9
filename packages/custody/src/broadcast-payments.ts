import type { ChainPass } from "./chain-pass.ts";
import { eachPayment } from "./claim-payment.ts";
import { isPaused } from "./hot-wallet.ts";
import { attemptsOf } from "./payment.ts";
import { reachable } from "@closebell/database";
import { sendAttempt } from "./send-payment.ts";
import { signPayment } from "./sign-payment.ts";

/**
 * Signs what has its number, keeps the bytes, and then hands them to the chain. After a crash in between the next one goes
 * on where this one stopped: with the bytes, where there are any.
 */
export const broadcastPayments = async (pass: ChainPass): Promise<void> => {
  if (await isPaused(pass)) return;
  const { database } = pass.deps;
  await eachPayment(pass, ["ASSIGNED", "SIGNED"], async (payment) => {
    const kept = await reachable(database.url, () => attemptsOf(database.orm, payment.id));
    const attempt = kept.at(-1) ?? (await signPayment(pass, payment, undefined));
    if (attempt !== undefined) await sendAttempt(pass, payment, attempt);
  });
};
