import type { By } from "@closebell/context";
import { recordAudit, transact } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { IdentityDeps } from "../identity-deps.ts";
import { addSigningKey, canSign, lockKeys } from "./signing-keys.ts";

/** How long a new key is published before it signs, so that whoever keeps the JWKS knows it by then. */
const PUBLISHED_AHEAD_MINUTES = 10;

/**
 * Adds a signing key. It is published at once and signs from 10 minutes later; the one before it verifies for another 20
 * after that, and its private half is gone by the next rotation. No token stops counting before it expires. Where AUTH_SECRET is
 * another than the one the current key was sealed with, the new key signs at once.
 */
export const rotateSigningKey = (
  deps: IdentityDeps,
  input: { readonly by: By },
): Promise<{ readonly kid: string; readonly signsFrom: Temporal.Instant }> =>
  transact(deps, async (work) => {
    await lockKeys(work);
    const [newest] = await work.tx.execute<{ kid: string }>(
      sql`select kid from identity.signing_key order by signs_from desc limit 1`,
    );
    // with nothing to sign with, nobody can come in until then
    const ahead = (await canSign(deps, work.tx)) ? PUBLISHED_AHEAD_MINUTES : 0;
    const added = await addSigningKey(deps, work, ahead);
    await work.tx.execute(sql`
      update identity.signing_key set private_key = null
      where private_key is not null and kid not in (select kid from identity.verifying_key)`);
    await recordAudit(work, {
      by: input.by,
      action: "signing-key.rotate",
      subject: `signing-key/${added.kid}`,
      ...(newest === undefined ? {} : { before: { kid: newest.kid } }),
      after: { kid: added.kid, signsFrom: added.signsFrom.toString() },
    });
    return added;
  });
