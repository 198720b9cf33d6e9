import { reachable } from "@closebell/database";
import { sql } from "drizzle-orm";
import { z } from "zod";
import type { IdentityDeps } from "../identity-deps.ts";
import { unseal } from "../secrets/seal.ts";
import type { Mailer } from "./mailer.ts";
import { LETTER_PURPOSE } from "./put-letter.ts";

type MailDeps = Pick<IdentityDeps, "database" | "log" | "auth"> & {
  readonly mailer: Mailer;
};

const AT_ONCE = 20;

/** With the waits below some two days, longer than any token in a letter counts. */
const MAX_ATTEMPTS = 14;

const letter = z.object({ to: z.string(), subject: z.string(), text: z.string() }).nullable();

interface Waiting extends Record<string, unknown> {
  readonly id: string;
  readonly sealed: Uint8Array;
  readonly attempts: number;
}

/** A letter that is due, put off for longer than an attempt may take: nobody else tries meanwhile. */
const claim = async ({ database }: MailDeps): Promise<Waiting | undefined> => {
  const [waiting] = await reachable(database.url, () =>
    database.orm.execute<Waiting>(sql`
      update identity.letter set attempts = attempts + 1,
        due_at = identity.now() + least(60 * power(2, attempts), 21600) * interval '1 second'
      where id = (select id from identity.letter where due_at <= identity.now()
        order by due_at limit 1 for update skip locked)
      returning id, sealed, attempts`),
  );
  return waiting;
};

const remove = async ({ database }: MailDeps, id: string): Promise<void> => {
  await reachable(database.url, () =>
    database.orm.execute(sql`delete from identity.letter where id = ${id}`),
  );
};

const send = async (deps: MailDeps, waiting: Waiting): Promise<boolean> => {
  const text = unseal(deps.auth.secret, LETTER_PURPOSE, waiting.sealed);
  if (text === undefined) throw new Error("AUTH_SECRET does not open the letter");
  const mail = letter.parse(JSON.parse(text));
  if (mail === null) return false;
  await deps.mailer.send(mail);
  return true;
};

const onFailure = async (deps: MailDeps, waiting: Waiting, error: unknown): Promise<void> => {
  const { id: letterId, attempts } = waiting;
  const why = error instanceof Error ? error.message : "unknown";
  if (attempts < MAX_ATTEMPTS) {
    deps.log.warn({ letterId, attempts, why }, "letter not sent, will be tried again");
    return;
  }
  deps.log.error({ letterId, attempts, why }, "letter given up");
  await remove(deps, letterId);
};

/**
 * Sends the letters that are due, one by one, 20 at most; one that fails is tried again, ever more rarely, for some two days. A
 * letter may go out twice where a process dies in between; several processes at once each send others.
 */
export const deliverMail = async (
  deps: MailDeps,
): Promise<{ readonly sent: number; readonly failed: number }> => {
  let sent = 0;
  let failed = 0;
  for (let n = 0; n < AT_ONCE; n += 1) {
    const waiting = await claim(deps);
    if (waiting === undefined) break;
    try {
      if (await send(deps, waiting)) sent += 1;
      await remove(deps, waiting.id);
    } catch (error) {
      failed += 1;
      await onFailure(deps, waiting, error);
    }
  }
  return { sent, failed };
};
