import { createHash } from "node:crypto";
import { DomainError } from "@closebell/context";
import { sql } from "drizzle-orm";
import { canonicalJson } from "./canonical-json.ts";
import { joinWork } from "./join-work.ts";
import type { Work } from "./database.ts";
import { type Deps, transact } from "./transact.ts";

/** A request that its sender may send again. */
export interface OnceRequest {
  /** Whoever makes it, by user id. The same key of somebody else is another key. */
  readonly caller: string;
  /** What it asks for: "POST /withdrawals". The same key elsewhere is another key. */
  readonly route: string;
  /** The caller's own name for it, 1 to 200 characters. */
  readonly key: string;
  /** All that it says. The order of its fields says nothing. */
  readonly body: unknown;
}

/** What the request is answered, as JSON has it, and whether it had been answered before. */
export interface OnceAnswer {
  readonly answer: unknown;
  readonly replayed: boolean;
}

/** How long a request waits for an identical one that is not finished. */
export const PATIENCE_MS = 2_000;

const LONGEST_PAUSE_MS = 100;

interface Claim extends Record<string, unknown> {
  readonly state: "busy" | "new" | "kept" | "other";
  readonly answer: string | null;
}

const claim = async (work: Work, request: OnceRequest, bodyHash: Buffer): Promise<Claim> => {
  const { caller, route, key } = request;
  const [found] = await work.tx.execute<Claim>(sql`
    select state, answer from database.claim_key(${caller}::uuid, ${route}, ${key}, ${bodyHash}::bytea)`);
  if (found === undefined) throw new Error("claim_key() returned no row.");
  return found;
};

const keep = async (work: Work, request: OnceRequest, bodyHash: Buffer, answer: string) => {
  const { caller, route, key } = request;
  await work.tx.execute(sql`
    insert into database.kept_answer (caller, route, key, body_hash, answer)
    values (${caller}::uuid, ${route}, ${key}, ${bodyHash}::bytea, ${answer})`);
};

const reused = () =>
  new DomainError(
    "IDEMPOTENCY_KEY_REUSED",
    "This idempotency key belongs to another request of yours. Use a new key for a new request.",
  );

const inUse = () =>
  new DomainError(
    "IDEMPOTENCY_KEY_IN_USE",
    "The first request with this idempotency key is not finished. Send it again, with the same key, to get its answer.",
    { retryAfterSeconds: 1 },
  );

/**
 * Does `work` once for the requests that are the same: claim, work and answer are one transaction, and whoever asks again
 * within 24 h gets the first answer. Only success uses the key up. One that comes while the first is being done waits for
 * it, without a connection. `work` must do everything through the deps it is given, and its answer, which is kept as JSON,
 * must hold no secret.
 * @throws DomainError IDEMPOTENCY_KEY_REUSED where the key was used for another body, IDEMPOTENCY_KEY_IN_USE after
 *   `patienceMs`, DATABASE_UNAVAILABLE, and whatever `work` throws
 */
export const once = async <D extends Pick<Deps, "database" | "events" | "log">>(
  deps: D,
  request: OnceRequest,
  work: (deps: D) => Promise<unknown>,
  patienceMs: number = PATIENCE_MS,
): Promise<OnceAnswer> => {
  const bodyHash = createHash("sha256").update(canonicalJson(request.body)).digest();
  const attempt = async (unit: Work): Promise<{ text: string; replayed: boolean } | undefined> => {
    const { state, answer } = await claim(unit, request, bodyHash);
    if (state === "busy") return undefined;
    if (state === "other") throw reused();
    if (answer !== null) return { text: answer, replayed: true };
    const text = JSON.stringify(await work(joinWork(deps, unit)));
    await keep(unit, request, bodyHash, text);
    return { text, replayed: false };
  };
  const until = performance.now() + patienceMs;
  for (let pauseMs = 5; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const done = await transact(deps, attempt);
    // the first is answered as its repetitions are: by what was kept
    if (done !== undefined) return { answer: JSON.parse(done.text), replayed: done.replayed };
    if (performance.now() >= until) throw inUse();
    await Bun.sleep(pauseMs);
  }
};
