import { arm, interleave } from "../interleave.ts";
import {
  bestClients,
  checkTpcb,
  createPgbenchTables,
  NO_PGBENCH,
  pgbenchOn,
} from "../references/pgbench.ts";
import { openPgledger, type Pgledger } from "../references/pgledger.ts";
import { ratioOf, type Figure } from "../report/figure.ts";
import { withIntake } from "../scene/api-intake.ts";
import { createBettingTemplate, type BettingTemplate } from "../scene/betting-template.ts";
import { checkBets } from "../scene/check-bets.ts";
import { driveBets, type Drive } from "../scene/drive-bets.ts";
import { copyHouse } from "../scene/house.ts";
import type { Measurement, Stage } from "../stage.ts";
import { summarize } from "../stats/summary.ts";

/** Bets a second through the verb on a fresh copy of `template`, from empty tables. */
const betsPerSecond = async (
  stage: Stage,
  { url, users }: BettingTemplate,
  roundOf?: Drive["roundOf"],
): Promise<number> => {
  const { concurrentUsers: inFlight, warmSeconds, seconds } = stage.sizes;
  await using house = await copyHouse(stage, url);
  await stage.server.checkpoint();
  const driven = await withIntake(house, (intake) =>
    driveBets({
      intake,
      users,
      inFlight,
      warmSeconds,
      seconds,
      ...(roundOf === undefined ? {} : { roundOf }),
    }),
  );
  await checkBets(house, driven.accepted);
  return driven.perSecond;
};

const armOf = (stage: Stage, name: string, run: () => Promise<number>) =>
  arm(name, async () => {
    await stage.server.checkpoint();
    return run();
  });

const pgledgerArms = (stage: Stage, pgledger: Pgledger) => {
  const { seconds } = stage.sizes;
  const at = (clients: number) =>
    armOf(stage, `pgledger, ${clients} clients`, async () => {
      const tps = await pgledger.bench.tps(clients, seconds);
      await pgledger.check();
      return tps;
    });
  return { few: at(8), many: at(32) };
};

const openTpcb = async (stage: Stage) => {
  const url = await createPgbenchTables(stage);
  const bench = url === undefined ? undefined : pgbenchOn(stage, url, []);
  if (url === undefined || bench === undefined) {
    stage.notMeasured("verb/tpcb", NO_PGBENCH);
    return undefined;
  }
  const clients = await bestClients(stage, "TPC-B", bench);
  return {
    clients,
    arm: armOf(stage, `TPC-B, ${clients} clients`, async () => {
      const tps = await bench.tps(clients, stage.sizes.seconds);
      await checkTpcb(url);
      return tps;
    }),
  };
};

const noPgledger = (stage: Stage): void => {
  const why = stage.pgledger === undefined ? "no folder given by --pgledger" : NO_PGBENCH;
  stage.notMeasured("verb/pgledger-8", why);
  stage.notMeasured("verb/pgledger-32", why);
};

const run = async (stage: Stage): Promise<readonly Figure[]> => {
  const { concurrentUsers: users, spreadRounds } = stage.sizes;
  const one = await createBettingTemplate(stage, { users, rounds: 1 });
  const many = await createBettingTemplate(stage, { users, rounds: spreadRounds });
  const tpcb = await openTpcb(stage);
  await using pgledger = await openPgledger(stage);
  const ours = armOf(stage, "one round", () => betsPerSecond(stage, one));
  const spread = armOf(stage, `${spreadRounds} rounds`, () =>
    betsPerSecond(stage, many, (slot, n) => {
      const round = many.rounds[(slot + n) % many.rounds.length];
      if (round === undefined) throw new Error("no round is open");
      return round;
    }),
  );
  const others = pgledger === undefined ? undefined : pgledgerArms(stage, pgledger);
  if (others === undefined) noPgledger(stage);
  const compared = [tpcb?.arm, others?.few, others?.many].filter((each) => each !== undefined);
  await interleave(stage, [ours, spread, ...compared]);

  const verb = summarize(ours.samples);
  const figures = [ratioOf("one/spread", verb, summarize(spread.samples), "bets/s")];
  if (tpcb !== undefined) {
    const note = `TPC-B at ${tpcb.clients} clients`;
    figures.push(ratioOf("verb/tpcb", verb, summarize(tpcb.arm.samples), "per s", note));
  }
  if (others !== undefined) {
    figures.push(
      ratioOf("verb/pgledger-8", verb, summarize(others.few.samples), "per s"),
      ratioOf("verb/pgledger-32", verb, summarize(others.many.samples), "per s"),
    );
  }
  return figures;
};

export const verbThroughput: Measurement = {
  part: "bets",
  title: "bets through the verb, into one round and into many",
  seconds: 120,
  run,
};
