import type { Executor, Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import { exportJWK, generateKeyPair, importJWK, type CryptoKey } from "jose";
import { z } from "zod";
import type { IdentityDeps } from "../identity-deps.ts";
import { seal, unseal } from "../secrets/seal.ts";
import { ALGORITHM } from "./token-claims.ts";

type KeyDeps = Pick<IdentityDeps, "auth" | "randomBytes">;

/** A key that signs now. */
export interface Signer {
  readonly kid: string;
  readonly key: CryptoKey;
}

// Any number that nobody else takes will do, as long as every version of the service takes the same one.
const KEYS_LOCK = 4_215_338_073n;

const keyPair = z.object({ x: z.string(), d: z.string() });

const purposeOf = (kid: string): string => `signing-key:${kid}`;

/** One process at a time changes keys, until its transaction ends. */
export const lockKeys = (work: Pick<Work, "tx">): Promise<unknown> =>
  work.tx.execute(sql`select pg_advisory_xact_lock(${KEYS_LOCK})`);

/** Adds a key that signs so many minutes from now. */
export const addSigningKey = async (
  deps: KeyDeps,
  work: Pick<Work, "tx">,
  minutesAhead: number,
): Promise<{ readonly kid: string; readonly signsFrom: Temporal.Instant }> => {
  const pair = await generateKeyPair(ALGORITHM, { crv: "Ed25519", extractable: true });
  const { x, d } = keyPair.parse(await exportJWK(pair.privateKey));
  const kid = Buffer.from(deps.randomBytes(12)).toString("base64url");
  const sealed = seal({ secret: deps.auth.secret, ...deps }, purposeOf(kid), d);
  const [row] = await work.tx.execute<{ at: Temporal.Instant }>(sql`
    insert into identity.signing_key (kid, public_key, private_key, signs_from)
    values (${kid}, ${x}, ${sealed}, identity.now() + ${minutesAhead} * interval '1 minute')
    returning signs_from as at`);
  if (row === undefined) throw new Error("The signing key was not stored.");
  return { kid, signsFrom: row.at };
};

interface KeyRow extends Record<string, unknown> {
  readonly kid: string;
  readonly x: string;
  readonly sealed: Uint8Array | null;
}

const newest = async (on: Executor): Promise<KeyRow | undefined> => {
  const [row] = await on.execute<KeyRow>(sql`
    select kid, public_key as x, private_key as sealed from identity.signing_key
    where signs_from <= identity.now() order by signs_from desc limit 1`);
  return row;
};

const privateHalf = (deps: KeyDeps, row: KeyRow | undefined): string | undefined =>
  row?.sealed == null ? undefined : unseal(deps.auth.secret, purposeOf(row.kid), row.sealed);

/** Whether there is a key that signs now, and our secret opens it. */
export const canSign = async (deps: KeyDeps, on: Executor): Promise<boolean> =>
  privateHalf(deps, await newest(on)) !== undefined;

/** The key that signs now; the very first one is made on the spot. */
export const currentSigner = async (deps: KeyDeps, work: Pick<Work, "tx">): Promise<Signer> => {
  let row = await newest(work.tx);
  if (row === undefined) {
    await lockKeys(work);
    row = await newest(work.tx);
  }
  if (row === undefined) {
    await addSigningKey(deps, work, 0);
    row = await newest(work.tx);
  }
  const d = privateHalf(deps, row);
  if (row === undefined || d === undefined) {
    throw new Error(
      "AUTH_SECRET does not open the signing key in this database. Start with the one it was made with, or make a new key (bun run admin keys rotate).",
    );
  }
  const jwk = { kty: "OKP", crv: "Ed25519", x: row.x, d } as const;
  const key = await importJWK(jwk, ALGORITHM);
  if (key instanceof Uint8Array) throw new Error("The signing key is no key pair.");
  return { kid: row.kid, key };
};
