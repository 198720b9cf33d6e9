import { arm, interleave } from "../interleave.ts";
import { openDurableCommit } from "../references/durable-commit.ts";
import { ratioOf, type Figure } from "../report/figure.ts";
import { withIntake } from "../scene/api-intake.ts";
import { createBettingTemplate } from "../scene/betting-template.ts";
import { checkBets } from "../scene/check-bets.ts";
import { driveBets } from "../scene/drive-bets.ts";
import { copyHouse } from "../scene/house.ts";
import type { Measurement, Stage } from "../stage.ts";
import { summarize } from "../stats/summary.ts";

const run = async (stage: Stage): Promise<readonly Figure[]> => {
  const { loneBets: bets, warmSeconds } = stage.sizes;
  const { url, users } = await createBettingTemplate(stage, { users: 10, rounds: 1 });
  await using house = await copyHouse(stage, url);
  await using durable = await openDurableCommit(stage);
  stage.keepPlan("single-row durable commit", await durable.plan());
  let answered = 0;
  return await withIntake(house, async (intake) => {
    const lone = arm("a lone user", async () => {
      const drive = { intake, users, inFlight: 1, warmSeconds, seconds: 60, bets };
      const { accepted, p50 } = await driveBets(drive);
      answered += accepted;
      await checkBets(house, answered);
      return p50;
    });
    const commit = arm("one row, committed", () => durable.p50(bets));
    await interleave(stage, [lone, commit]);
    const [ours, theirs] = [summarize(lone.samples), summarize(commit.samples)];
    return [ratioOf("lone/commit", ours, theirs, "us")];
  });
};

export const loneUser: Measurement = {
  part: "bets",
  title: "a lone user's bet",
  seconds: 12,
  run,
};
