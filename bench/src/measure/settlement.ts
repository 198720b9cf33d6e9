import { arm, interleave, type Arm } from "../interleave.ts";
import type { Settled } from "../processes/messages.ts";
import { createMinimalBets, planOfMinimal, settleMinimal } from "../references/settlement.ts";
import { ratioOf, type Figure } from "../report/figure.ts";
import { openHouse } from "../scene/house.ts";
import { createLockedTemplate, type LockedTemplate } from "../scene/locked-template.ts";
import { settleCopy } from "../scene/settle-copy.ts";
import type { Measurement, Stage } from "../stage.ts";
import { summarize, type Summary } from "../stats/summary.ts";
import { othersWhileSettling } from "./others-while-settling.ts";

const MB = 2 ** 20;

const secondsOf = ({ samples }: Arm<Settled>): Summary =>
  summarize(samples.map(({ seconds }) => seconds));
const peakOf = ({ samples }: Arm<Settled>): Summary =>
  summarize(samples.map(({ peakBytes }) => peakBytes / MB));

/** Seconds that `work` takes. */
const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

/** The full audit, as `admin audit` runs it, and the cheapest look at the same rows. */
const auditArms = ({ url }: LockedTemplate) => ({
  audit: arm("full audit", async () => {
    await using house = await openHouse(url);
    return await timed(() => house.audit());
  }),
  sum: arm("select sum()", async () => {
    await using house = await openHouse(url);
    // an open connection, as the audit's own is not: the less it takes, the harder the ratio
    await house.sql`select 1`;
    return await timed(() => house.sql`select sum(amount) from ledger.transfer`);
  }),
});

const createMinimal = async (stage: Stage): Promise<string> => {
  const { settled, playersPerBet } = stage.sizes;
  stage.step("the minimal settlement's bets");
  const url = await createMinimalBets(stage, settled, Math.round(settled * playersPerBet));
  stage.keepPlan("minimal settlement", await planOfMinimal(url));
  return url;
};

const run = async (stage: Stage): Promise<readonly Figure[]> => {
  const { sizes } = stage;
  const minimalBets = await createMinimal(stage);
  const small = await createLockedTemplate(stage, { bets: sizes.settledSmall, others: 0 });
  const middle = await createLockedTemplate(stage, {
    bets: sizes.settled,
    others: sizes.concurrentUsers,
  });
  const large = await createLockedTemplate(stage, { bets: sizes.settledLarge, others: 0 });

  const settling = (template: LockedTemplate) =>
    arm(`settling ${template.bets.toLocaleString("en-US")}`, () => settleCopy(stage, template));
  const [ours, few, many] = [settling(middle), settling(small), settling(large)];
  const minimal = arm("minimal SQL", () => settleMinimal(stage, minimalBets));
  const { audit, sum } = auditArms(large);
  const { without, during } = othersWhileSettling(stage, middle);
  await interleave(stage, [ours, minimal, without, during, few, audit, sum, many]);

  const rate = Math.round(sizes.settledLarge / secondsOf(many).median);
  return [
    ratioOf("settle/minimal", secondsOf(ours), summarize(minimal.samples), "s"),
    ratioOf(
      "settle/growth",
      secondsOf(many),
      secondsOf(ours),
      "s",
      `${rate.toLocaleString("en-US")} bets/s`,
    ),
    ratioOf("settle/others", summarize(during.samples), summarize(without.samples), "ms"),
    ratioOf("settle/memory", peakOf(many), peakOf(few), "MB"),
    ratioOf("audit/sum", summarize(audit.samples), summarize(sum.samples), "s"),
  ];
};

export const settlement: Measurement = {
  part: "settle",
  title: "settling",
  seconds: 800,
  run,
};
