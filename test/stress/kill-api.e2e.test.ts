import { expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "../../packages/database/src/connect.ts";
import { emptyDatabase } from "../../packages/database/src/testing/index.ts";
import { startEmbedded } from "../../packages/database/src/embedded/index.ts";
import { eventually, postgresPid, type Program, scratchFolder } from "../e2e/run-program.ts";
import { expectExactly, seatPlayers, type Stage, stageOn } from "./crash/api-under-fire.ts";
import { type Bettors, bettorsOf } from "./crash/bettors.ts";
import { between, type Chance, chanceOf } from "./crash/seeded.ts";
import { announce, stress, stressSeed } from "./how-long.ts";

setDefaultTimeout(3_600_000);

const USERS = 100;
/** Answered bets that are sent again after every crash. */
const SAMPLE = 50;

/** What was broken and seen, printed at the end. */
const newFigures = () => ({ crashes: 0, bets: 0, acknowledged: 0, unanswered: 0, committed: 0 });

interface Fire {
  readonly stage: Stage;
  readonly bettors: Bettors;
  readonly chance: Chance;
  readonly figures: ReturnType<typeof newFigures>;
}

/** Players bet; something breaks at a random moment; then every request without an answer is sent again, and all is there. */
const crash = async (
  { stage, bettors, chance, figures }: Fire,
  url: string,
  breakIt: () => Promise<string>,
): Promise<void> => {
  const over = new AbortController();
  const betting = bettors.bet(url, over.signal);
  const enough = bettors.acknowledged() + between(chance, 0, 400);
  await eventually("bets are taken", () => bettors.acknowledged() >= enough);
  await Bun.sleep(between(chance, 0, 30));
  const next = await breakIt();
  // whoever still gets answers stops now
  over.abort();
  expect(await betting).toEqual([]);
  figures.acknowledged = bettors.acknowledged() - figures.unanswered;
  const { wrong, unanswered, committed } = await bettors.sendAgain(next, SAMPLE);
  expect(wrong).toEqual([]);
  await expectExactly(stage, bettors.sent);
  figures.crashes += 1;
  figures.bets = bettors.sent.length;
  figures.unanswered += unanswered;
  figures.committed += committed;
};

/** Takes the API's connections away in the middle of what they do. */
const cutConnections = async (url: string): Promise<void> => {
  const admin = connect({ url, max: 1, parameters: {} });
  try {
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'api'`;
  } finally {
    await admin.end({ timeout: 1 });
  }
};

/** Plays `rounds` crashes of each kind with a seed of its own, and tells what came of it. */
const underFire = async (
  what: string,
  databaseUrl: string,
  play: (fire: Fire, first: { readonly api: Program; readonly url: string }) => Promise<void>,
): Promise<void> => {
  const seed = stressSeed();
  announce(what, seed);
  const chance = chanceOf(seed);
  await using stage = await stageOn(databaseUrl);
  await using cleanup = new AsyncDisposableStack();
  const first = await stage.start();
  cleanup.use(first.api);
  const bettors = bettorsOf(await seatPlayers(stage, first.url, USERS), chance);
  const figures = newFigures();
  await play({ stage, bettors, chance, figures }, first);
  process.stderr.write(`${what}: ${JSON.stringify(figures)}\n`);
  expect(figures.unanswered).toBeGreaterThan(0);
};

test("the API killed with -9 again and again: no acknowledged bet is missing, none is there twice, keys answer as before", async () => {
  await using database = await emptyDatabase();
  await underFire("kill -9 of the API", database.url, async (fire, first) => {
    let { api, url } = first;
    for (let n = 0; n < 30 * stress(); n += 1) {
      await crash(fire, url, async () => {
        api.kill("SIGKILL");
        await api.exited;
        ({ api, url } = await fire.stage.start());
        return url;
      });
    }
    await api[Symbol.asyncDispose]();
  });
});

test("the API's connections cut in the middle of a batch: it finds its way back, and so does every bet", async () => {
  await using database = await emptyDatabase();
  await underFire("connections cut", database.url, async (fire, { url }) => {
    for (let n = 0; n < 6 * stress(); n += 1) {
      await crash(fire, url, async () => {
        await cutConnections(database.url);
        return url;
      });
    }
  });
});

test("PostgreSQL stopped as by a power failure: what was acknowledged is on disk", async () => {
  await using folder = await scratchFolder();
  await using cleanup = new AsyncDisposableStack();
  const dataDir = `${folder.path}/data`;
  let server = await startEmbedded({ dataDir });
  cleanup.defer(() => server.stop());
  await underFire("PostgreSQL stopped at once", server.url, async (fire, { url }) => {
    for (let n = 0; n < 3 * stress(); n += 1) {
      await crash(fire, url, async () => {
        process.kill(await postgresPid(dataDir), "SIGQUIT");
        // bets refused while it is away
        await Bun.sleep(between(fire.chance, 10, 100));
        await server.stop();
        server = await startEmbedded({ dataDir, port: server.port });
        await eventually("ready again", async () => (await fetch(`${url}/health/ready`)).ok);
        return url;
      });
    }
  });
});
