import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact, type Deps, type Executor, type Work } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import { sql } from "drizzle-orm";
import type { Screening, ScreeningAnswer } from "./screening.ts";
import { unlessAccountBusy } from "./unless-account-busy.ts";

const refused = (why: string): DomainError =>
  new DomainError(
    "SCREENING_REFUSED",
    `You can't be served here: ${why}. Whoever screened you can tell you more.`,
  );

/** Whether the last word of a screening on that player is a pass that still counts. */
const hasPassed = async (on: Pick<Executor, "execute">, userId: string): Promise<boolean> => {
  const [last] = await on.execute<{ passed: boolean }>(sql`
    select s.refused_for is null and (s.valid_until is null or s.valid_until > clock.now()) as passed
    from protection.screening s where s.user_id = ${userId}::uuid order by s.id desc limit 1`);
  return last?.passed === true;
};

/** @throws DomainError SCREENING_REFUSED unless a screening has passed that player, and the pass still counts */
export const needScreening = async (work: Pick<Work, "tx">, userId: string): Promise<void> => {
  if (!(await hasPassed(work.tx, userId)))
    throw refused("your age, your country and your name have to be checked first");
};

/**
 * A refusal for another reason does not take the place of one for sanctions, whichever came first: only a pass does.
 * @throws DomainError SCREENING_REFUSED where sanctions forbid to pay that player
 */
export const refuseSanctioned = async (work: Pick<Work, "tx">, userId: string): Promise<void> => {
  const [found] = await work.tx.execute(sql`
    select from protection.screening s
    where s.user_id = ${userId}::uuid and s.refused_for = 'sanctions' and not exists (
      select from protection.screening p where p.user_id = s.user_id and p.refused_for is null and p.id > s.id)
    limit 1`);
  if (found !== undefined) throw refused("sanctions forbid to pay you");
};

const ask = async (
  { screening, log }: Deps & { readonly screening: Screening },
  userId: string,
): Promise<ScreeningAnswer> => {
  try {
    return await screening.screen(userId);
  } catch (error) {
    log.error({ err: error, screening: screening.name }, "a player could not be screened");
    throw new DomainError("OVERLOADED", "You can't be screened right now. Try again later.", {
      cause: error,
      retryAfterSeconds: 30,
    });
  }
};

/**
 * Has a player screened, unless a pass still counts (`anew`: even then), and writes down what was said: a refusal refuses his
 * bets and holds his deposits, until he passes. Asks outside any transaction.
 * @throws DomainError USER_NOT_FOUND, SCREENING_REFUSED, OVERLOADED (nobody answers: ask again)
 */
export const screenPlayer = async (
  deps: Deps & { readonly screening: Screening },
  input: { readonly by: By; readonly userId: string; readonly anew?: boolean },
): Promise<void> => {
  const { screening } = deps;
  const { by, anew = false } = input;
  const { id } = await getPlayer(deps, input);
  if (screening.everybodyPasses) return;
  if (!anew && (await hasPassed(deps.database.orm, id))) return;
  const { refusedFor, validUntil } = await ask(deps, id);
  await unlessAccountBusy(() =>
    transact(deps, async (work) => {
      await work.tx.execute(sql`
        select protection.record_screening(${deps.ids.uuid()}::uuid, ${id}::uuid, ${screening.name}, ${refusedFor},
          ${validUntil?.toString() ?? null}::timestamptz, ${by.actor.id}::uuid)`);
      const after = { screening: screening.name, refusedFor, validUntil };
      await recordAudit(work, { by, action: "user.screen", subject: `user/${id}`, after });
    }),
  );
  if (refusedFor !== null) throw refused(`the reason is ${refusedFor}`);
};
