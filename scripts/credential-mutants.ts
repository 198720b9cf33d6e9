import { type Mutant, mutantsOf } from "./mutant.ts";

const inIdentity = (file: string, tests: string) =>
  mutantsOf(`packages/identity/${file}`, `bun scripts/test.ts ${tests}`);
const proving = inIdentity(
  "src/people/sign-in.ts",
  "packages/identity/src/people/sign-in.int.test.ts -t same.words",
);
const attempting = inIdentity(
  "src/people/limit-attempts.ts",
  "packages/identity/src/people/sign-in.int.test.ts -t by.account",
);
const changing = inIdentity(
  "src/people/change-password.ts",
  "packages/identity/src/people/sign-in.int.test.ts -t changed.password",
);
const refreshing = inIdentity(
  "src/sessions/refresh-session.ts",
  "packages/identity/src/sessions/sessions.int.test.ts -t grace",
);
const tidying = inIdentity(
  "src/people/purge-expired.ts",
  "packages/identity/src/sessions/sessions.int.test.ts -t long.after",
);
const coding = inIdentity(
  "src/second-factor/totp-code.ts",
  "packages/identity/src/second-factor/second-factor.int.test.ts -t counts.once",
);
const WALLET = "packages/adapters/src/wallet/wallet-sign-in.int.test.ts";
const reading = inIdentity("src/wallet/check-wallet-message.ts", `${WALLET} -t message.with`);
const entering = inIdentity("src/wallet/sign-in-with-wallet.ts", `${WALLET} -t many.who.bring`);
const owning = inIdentity(
  "migrations/0004_own_keys.sql",
  "packages/identity/src/api-keys/api-keys.int.test.ts -t another's.name",
);
const OWN = "bun scripts/test.ts apps/api/src/doors/own.int.test.ts";
const guarding = mutantsOf("apps/api/src/doors/guard.ts", `${OWN} -t did.not.exist`);
const acting = mutantsOf("apps/api/src/request/caller.ts", `${OWN} -t on.every.route`);
const naming = mutantsOf(
  "packages/context/src/own-key.ts",
  "bun scripts/test.ts apps/api/src/once.int.test.ts -t caller's.own.too",
);
const deciding = mutantsOf(
  "packages/database/migrations/0003_approvals.sql",
  "bun scripts/test.ts packages/database/src/approvals/approvals.int.test.ts -t other.content|held.to.two",
);

/** Of doors, credentials, keys for repeating and approvals. */
export const CREDENTIAL_MUTANTS: readonly Mutant[] = [
  proving(
    "sign-in: nothing is done for an unknown account",
    "const right = await deps.passwords.verify(password, known?.hash ?? null);",
    "const right = known !== undefined && (await deps.passwords.verify(password, known.hash));",
  ),
  attempting(
    "sign-in: not counted by account",
    "[byAccount(deps, account), byAddress",
    "[byAddress",
  ),
  attempting(
    "sign-in: not counted by address",
    ", byAddress(deps, from)]);\n\n/**\n * Counts an attempt against an account whose",
    "]);\n\n/**\n * Counts an attempt against an account whose",
  ),
  changing("password: mailed tokens outlive it", "await voidResetTokens(work, userId);", ""),
  refreshing(
    "refresh: theft goes unseen",
    "if (held.row.replaced) await endStolen",
    "if (false) await endStolen",
  ),
  refreshing("refresh: no grace", "if (held.row.inGrace) return", "if (false) return"),
  tidying("refresh: late theft goes unseen", "where session.id = token.session_id", "where false"),
  coding("one-time code: counts again", "lastStep === null || found", "true || found"),
  reading("wallet: for another site", "message.domain === site.domain &&", ""),
  reading("wallet: on another chain", "site.chainIds.includes(message.chainId) &&", ""),
  entering("wallet: a nonce counts twice", "and used_at is null", ""),
  owning("API key: in another's name", "new.created_by = new.user_id or", "true or"),
  guarding("door: anybody's path", "if (userId !== undefined) context", "if (false) context"),
  acting("acting for a user: unseen", "audit(by, userId).then(() => by)", "by"),
  naming("key: the user's own", "actor.id === userId ? key", "true ? key"),
  deciding(
    "two people: one alone",
    " constraint approval_takes_two check (decided_by <> requested_by)",
    "",
  ),
  deciding(
    "two people: whatever was approved",
    "      and a.content_hash = sha256(convert_to(p_content::text, 'UTF8'))\n",
    "",
  ),
];
