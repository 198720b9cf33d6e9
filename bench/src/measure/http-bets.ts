import { signInAll } from "@closebell/identity/testing";
import { arm, interleave, type Arm } from "../interleave.ts";
import { apiReady, loadSeen, type ApiOrder, type LoadSeen } from "../processes/messages.ts";
import { spawnProcess } from "../processes/spawn.ts";
import { checkPerRequest, createPerRequestTables } from "../references/per-request.ts";
import { plansOf } from "../references/explain.ts";
import { ratioOf, type Figure } from "../report/figure.ts";
import {
  createBettingTemplate,
  limitAll,
  type BettingTemplate,
} from "../scene/betting-template.ts";
import { checkBets } from "../scene/check-bets.ts";
import { openHouse, openSql } from "../scene/house.ts";
import { NotConserved, type Measurement, type Stage } from "../stage.ts";
import { summarize, type Summary } from "../stats/summary.ts";

type Build = ApiOrder["build"];
type PerRequest = "eight-statements" | "one-call";

interface Ask {
  readonly build: Build;
  readonly pool: number;
  readonly connections: number;
  readonly seconds: number;
}

/** @throws NotConserved where what was answered is not what is there */
const check = async (url: string, build: Build, accepted: number): Promise<void> => {
  if (build === "ours" || build === "unguarded") {
    await using house = await openHouse(url);
    await checkBets(house, accepted);
  } else if (build === "one-call" || build === "eight-statements") {
    await checkPerRequest(url);
    const sql = openSql(url, 1);
    const [row] = await sql<{ n: number }[]>`select count(*)::int as n from per_request.bet`;
    await sql.end({ timeout: 1 });
    if (row?.n !== accepted) throw new NotConserved(`${accepted} answered, ${row?.n} are there`);
  }
};

/** Access tokens, since what is asked goes through the service's own door, whatever is behind it; unless that stands open. */
const signIn = async (
  url: string,
  build: Build,
  users: readonly string[],
): Promise<readonly string[]> => {
  if (build === "unguarded") return users;
  await using house = await openHouse(url);
  return await signInAll(house.runtime, users);
};

/** One build in a process of its own, on a fresh copy of the database, and the generator in another. */
const ask = async (stage: Stage, template: BettingTemplate, how: Ask): Promise<LoadSeen> => {
  const { build, pool, connections, seconds } = how;
  const { httpWarmSeconds: warmSeconds } = stage.sizes;
  const databaseUrl = await stage.server.createDatabase(template.url);
  try {
    let seen: LoadSeen;
    const tokens = await signIn(databaseUrl, build, template.users);
    {
      const order: ApiOrder = { build, databaseUrl, connections: pool };
      await using api = spawnProcess("api", order, apiReady);
      const { port } = await api.answer;
      await stage.server.checkpoint();
      const asked = { port, connections, users: template.users, tokens, warmSeconds, seconds };
      await using load = spawnProcess("load", asked, loadSeen);
      seen = await load.answer;
    }
    if (seen.refused > 0) {
      throw new Error(`${build} refused ${seen.refused} bets, the first with ${seen.firstRefusal}`);
    }
    await check(databaseUrl, build, seen.accepted);
    return seen;
  } finally {
    await stage.server.dropDatabase(databaseUrl);
  }
};

/** The size of a per-request build's pool that takes the most bets. */
const bestPool = async (stage: Stage, template: BettingTemplate, build: PerRequest) => {
  const [, connections] = stage.sizes.connections;
  let best = { pool: stage.sizes.sweep[0] ?? 8, perSecond: 0 };
  for (const pool of stage.sizes.sweep) {
    stage.step(`${build}, trying ${pool} connections to PostgreSQL`);
    const seconds = stage.sizes.sweepSeconds;
    const { perSecond } = await ask(stage, template, { build, pool, connections, seconds });
    if (perSecond > best.perSecond) best = { pool, perSecond };
  }
  return best.pool;
};

interface Arms {
  readonly few: Arm<LoadSeen>;
  readonly many: Arm<LoadSeen>;
}

const armsOf = (stage: Stage, template: BettingTemplate, build: Build, pool: number): Arms => {
  const { connections, seconds } = stage.sizes;
  const at = (count: number) =>
    arm(`${build}, ${count} connections`, () =>
      ask(stage, template, { build, pool, connections: count, seconds }),
    );
  return { few: at(connections[0]), many: at(connections[1]) };
};

const rate = ({ samples }: Arm<LoadSeen>): Summary =>
  summarize(samples.map(({ perSecond }) => perSecond));
const p99 = ({ samples }: Arm<LoadSeen>): Summary =>
  summarize(samples.map((seen) => seen.p99 / 1000));

/** The build that takes more bets. */
const faster = (one: Arm<LoadSeen>, other: Arm<LoadSeen>): Arm<LoadSeen> =>
  rate(one).median >= rate(other).median ? one : other;

/** The build whose slow bets are faster. */
const steadier = (one: Arm<LoadSeen>, other: Arm<LoadSeen>): Arm<LoadSeen> =>
  p99(one).median <= p99(other).median ? one : other;

const figuresOf = (
  by: Readonly<Record<"ours" | "eight" | "call" | "constant" | "noOp", Arms>>,
  note: string,
): readonly Figure[] => {
  const { ours, eight, call, constant, noOp } = by;
  return [
    ratioOf(
      "http/per-request",
      rate(ours.many),
      rate(faster(eight.many, call.many)),
      "bets/s",
      note,
    ),
    ratioOf("http/per-request-256", rate(ours.few), rate(faster(eight.few, call.few)), "bets/s"),
    ratioOf("http/eight", rate(ours.many), rate(eight.many), "bets/s"),
    ratioOf("http/one-call", rate(ours.many), rate(call.many), "bets/s"),
    ratioOf("http/constant", rate(ours.many), rate(constant.many), "per s"),
    ratioOf("constant/no-op", rate(constant.many), rate(noOp.many), "per s"),
    ratioOf("http/p99-256", p99(ours.few), p99(steadier(eight.few, call.few)), "ms"),
    ratioOf("http/p99-1000", p99(ours.many), p99(steadier(eight.many, call.many)), "ms"),
  ];
};

/** The service as it is, each of its users within limits of their own. */
const limitedArm = (stage: Stage, template: BettingTemplate): Arm<LoadSeen> => {
  const { connections, seconds } = stage.sizes;
  return arm(`ours with users' limits, ${connections[1]} connections`, () =>
    ask(stage, template, { build: "ours", pool: 0, connections: connections[1], seconds }),
  );
};

/** What stands before a bet, and what it costs. */
const guardedFigures = (
  ours: Arms,
  limited: Arm<LoadSeen>,
  unguarded: Arm<LoadSeen>,
): readonly Figure[] => [
  ratioOf("http/guarded", rate(limited), rate(unguarded), "bets/s"),
  ratioOf("http/unguarded", rate(ours.many), rate(unguarded), "bets/s"),
];

const run = async (stage: Stage): Promise<readonly Figure[]> => {
  const users = stage.sizes.connections[1];
  const template = await createBettingTemplate(stage, { users, rounds: 1 });
  await createPerRequestTables(template.url, template.users);
  const statements = "references/eight-statements.sql";
  stage.keepPlan(
    "one transaction of 8 statements per request",
    await plansOf(template.url, statements),
  );
  const pools = {
    eight: await bestPool(stage, template, "eight-statements"),
    call: await bestPool(stage, template, "one-call"),
  };
  const by = {
    ours: armsOf(stage, template, "ours", 0),
    eight: armsOf(stage, template, "eight-statements", pools.eight),
    call: armsOf(stage, template, "one-call", pools.call),
    constant: armsOf(stage, template, "constant", 0),
    noOp: armsOf(stage, template, "no-op", 0),
  };
  const all = Object.values(by);
  const unguarded = armsOf(stage, template, "unguarded", 0).many;
  const limited = limitedArm(stage, await limitAll(stage, template));
  await interleave(stage, [
    ...all.map(({ few }) => few),
    // beside each other: little lies between them
    limited,
    unguarded,
    ...all.map(({ many }) => many),
  ]);
  const [, many] = stage.sizes.connections;
  const note = `at ${many} connections; the builds' pools, best of the sweep: 8 statements ${pools.eight}, one call ${pools.call}`;
  return [...figuresOf(by, note), ...guardedFigures(by.ours, limited, unguarded)];
};

export const httpBets: Measurement = {
  part: "http",
  title: "bets over HTTP",
  seconds: 780,
  run,
};
