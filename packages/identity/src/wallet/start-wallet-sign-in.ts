import { DomainError, type By } from "@closebell/context";
import { transact } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import { limitAddress } from "../people/limit-attempts.ts";
import { realNow } from "../real-now.ts";

const MINUTES = 10;

const invalid = (pointer: string, detail: string): DomainError =>
  new DomainError("VALIDATION_FAILED", `The sign-in can't begin: ${pointer} ${detail}.`, {
    errors: [{ pointer, detail }],
  });

/**
 * Gives a wallet's owner a message to sign (EIP-4361). Its nonce counts once, for 10 minutes and for this address; a client
 * may also put the nonce into a message of its own. Any address gets one, whether it was ever seen here or not.
 * @throws DomainError VALIDATION_FAILED, RATE_LIMITED, OVERLOADED
 */
export const startWalletSignIn = async (
  deps: IdentityDeps,
  input: {
    readonly by: By;
    readonly from: Client;
    readonly address: string;
    readonly chainId: number;
  },
): Promise<{
  readonly message: string;
  readonly nonce: string;
  readonly expiresAt: Temporal.Instant;
}> => {
  const { domain, uri, chainIds } = deps.auth.site;
  const { chainId } = input;
  const address = await deps.wallets.addressOf(input.address);
  if (address === undefined) throw invalid("/address", "must be an Ethereum address");
  if (!chainIds.includes(chainId))
    throw invalid("/chainId", `must be one of ${chainIds.join(", ")}`);
  await limitAddress(deps, input.from);
  const nonce = Buffer.from(deps.randomBytes(16)).toString("hex");
  return transact(deps, async (work) => {
    const issuedAt = await realNow(work.tx);
    const expiresAt = issuedAt.add({ minutes: MINUTES });
    await work.tx.execute(sql`
      insert into identity.wallet_nonce (nonce, address, expires_at)
      values (${nonce}, ${address.toLowerCase()}, ${expiresAt})`);
    const message = await deps.wallets.compose({
      domain,
      address,
      statement: "Sign in to Closebell.",
      uri,
      version: "1",
      chainId,
      nonce,
      issuedAt: issuedAt.toString({ smallestUnit: "millisecond" }),
      expirationTime: expiresAt.toString({ smallestUnit: "millisecond" }),
    });
    return { message, nonce, expiresAt };
  });
};
