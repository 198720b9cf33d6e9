import { arm } from "../interleave.ts";
import { withIntake } from "../scene/api-intake.ts";
import { driveBets, type Driven } from "../scene/drive-bets.ts";
import { copyHouse, type House } from "../scene/house.ts";
import type { LockedTemplate } from "../scene/locked-template.ts";
import { checkSettled, settleIn } from "../scene/settle-copy.ts";
import { NotConserved, type Stage } from "../stage.ts";

const check = async (house: House, template: LockedTemplate, driven: Driven): Promise<void> => {
  await house.audit();
  const [row] = await house.sql<{ n: number }[]>`select count(*)::int as n from rounds.bet`;
  if (row?.n !== template.bets + driven.accepted) {
    throw new NotConserved(`${driven.accepted} bets were answered, and others are there`);
  }
};

/** The p99, in milliseconds, of bets on the open round by users who have none on the locked one. */
export const othersWhileSettling = (stage: Stage, template: LockedTemplate) => {
  const { concurrentUsers: inFlight, warmSeconds, seconds } = stage.sizes;
  const drive = { users: template.others, inFlight, warmSeconds, roundOf: () => template.open };

  const without = arm("others' bets alone", async () => {
    await using house = await copyHouse(stage, template.url);
    await stage.server.checkpoint();
    const driven = await withIntake(house, (intake) => driveBets({ ...drive, intake, seconds }));
    await check(house, template, driven);
    return driven.p99 / 1000;
  });

  const during = arm("others' bets while settling", async () => {
    await using house = await copyHouse(stage, template.url);
    await stage.server.checkpoint();
    const over = new AbortController();
    return await withIntake(house, async (intake) => {
      const betting = driveBets({ ...drive, intake, seconds: 600, until: over.signal });
      await Bun.sleep(warmSeconds * 1000);
      const result = await settleIn(house, template).finally(() => over.abort());
      const driven = await betting;
      await checkSettled(house, result);
      await check(house, template, driven);
      return driven.p99 / 1000;
    });
  });

  return { without, during };
};
