import { arm, interleave } from "../interleave.ts";
import { ratioOf, type Figure } from "../report/figure.ts";
import { withIntake } from "../scene/api-intake.ts";
import { createBettingTemplate } from "../scene/betting-template.ts";
import { checkBets } from "../scene/check-bets.ts";
import { driveBets, type Driven } from "../scene/drive-bets.ts";
import { copyHouse, type House } from "../scene/house.ts";
import type { Measurement, Stage } from "../stage.ts";
import { summarize } from "../stats/summary.ts";

/** Bytes of everything that a bet adds rows to. */
const storedBytes = async ({ sql }: House): Promise<number> => {
  const [row] = await sql<{ bytes: number }[]>`
    select sum(pg_total_relation_size(i.inhrelid))::float8 as bytes from pg_inherits i
    where i.inhparent in ('rounds.bet'::regclass, 'ledger.transfer'::regclass)`;
  return row?.bytes ?? 0;
};

const EVERY = 100_000;

/**
 * Grows one database through the verb, on the connections it began with while its tables were empty, so that a plan made
 * for an empty table would show; then measures it in turn with one that is empty.
 */
const run = async (stage: Stage): Promise<readonly Figure[]> => {
  const { grownRows, grownUsers, concurrentUsers: inFlight, warmSeconds, seconds } = stage.sizes;
  const template = await createBettingTemplate(stage, { users: grownUsers, rounds: 1 });
  const { users } = template;
  await using house = await copyHouse(stage, template.url);
  const before = await storedBytes(house);
  let answered = 0;
  const add = (driven: Driven): Driven => {
    answered += driven.accepted;
    return driven;
  };
  const drive = { users, inFlight, warmSeconds, seconds };
  return await withIntake(house, async (intake) => {
    for (let left = grownRows; left > 0; left = grownRows - answered) {
      stage.signal.throwIfAborted();
      stage.step(`${(answered / 1e6).toFixed(1)} of ${grownRows / 1e6} million bets`);
      const bets = Math.min(EVERY, left);
      add(await driveBets({ ...drive, intake, warmSeconds: 0, seconds: 600, bets }));
    }
    const bytes = (await storedBytes(house)) - before;
    const stored = answered;
    const grown = arm(`${grownRows} rows`, async () => {
      await stage.server.checkpoint();
      const { perSecond } = add(await driveBets({ ...drive, intake }));
      return perSecond;
    });
    const empty = arm("from empty", async () => {
      await using fresh = await copyHouse(stage, template.url);
      await stage.server.checkpoint();
      const driven = await withIntake(fresh, (own) => driveBets({ ...drive, intake: own }));
      await checkBets(fresh, driven.accepted);
      return driven.perSecond;
    });
    await interleave(stage, [empty, grown]);
    await checkBets(house, answered);
    const [ours, theirs] = [summarize(grown.samples), summarize(empty.samples)];
    return [
      ratioOf("grown/empty", ours, theirs, "bets/s"),
      {
        line: "bet/bytes",
        value: Math.round(bytes / stored),
        note: `heap and indexes of ${stored.toLocaleString("en-US")} bets and their transfers`,
      },
    ];
  });
};

export const growth: Measurement = {
  part: "bets",
  title: "bets into a table of millions",
  seconds: 200,
  run,
};
