import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { SQL } from "bun";
import { EXCHANGES, sessionsBetween } from "../../packages/calendar/src/index.ts";
import { dropDatabase } from "../../packages/database/src/index.ts";
import { at, askAdmin, refused, runAdmin } from "./run-admin.ts";
import { eventually, runProgram, scratchFolder } from "./run-program.ts";

setDefaultTimeout(120_000);

/** Two weeks with a session that is missing (the 19th), a tie (the 24th), a holiday and a close at 13:00 (the 27th). */
const CLOSES = `date,close
2026-11-16,100.00
2026-11-17,101.50
2026-11-18,101.2
2026-11-20,103
2026-11-23,104
2026-11-24,104.0
2026-11-25,99
2026-11-27,99.01
2026-11-30,98
`;

const serverUrl = (): string => {
  const url = process.env["TEST_DATABASE_URL"];
  if (url === undefined) throw new Error("run tests through `bun scripts/test.ts`");
  return url;
};

/** A file of closes in a folder of its own. */
const fileOf = async (text: string) => {
  const folder = await scratchFolder();
  const path = join(folder.path, "closes.csv");
  await Bun.write(path, text);
  return { path, folder: folder.path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
};

const replay = (path: string, seed = 1): readonly string[] => [
  "replay",
  "--closes",
  path,
  "--bettors",
  "6",
  "--seed",
  String(seed),
];

/** The databases of replays that run or were kept, on a server that other tests use too. */
const replays = async (): Promise<readonly string[]> => {
  const sql = new SQL(serverUrl());
  try {
    const rows: { name: string }[] = await sql`
      select datname as name from pg_database where datname like 'closebell\\_replay\\_%' order by 1`;
    return rows.map(({ name }) => name);
  } finally {
    await sql.close();
  }
};

/** Who bet on each round, in the order of the bets' ids. */
const bettorsByRound = async (url: string): Promise<readonly (readonly string[])[]> => {
  const sql = new SQL(url);
  try {
    const rows: { users: string[] }[] = await sql`
      select array_agg(user_id::text order by id) as users from rounds.bet group by round_id`;
    return rows.map(({ users }) => users);
  } finally {
    await sql.close();
  }
};

const amount = (result: unknown, name: string): bigint => BigInt(String(at(result, name)));

describe("replay", () => {
  test("plays a file by the rules, and the same seed gives the same object", async () => {
    await using file = await fileOf(CLOSES);
    const env = { DATABASE_URL: serverUrl() };
    const run = await runAdmin(env, ...replay(file.path), "--json");
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const result: unknown = JSON.parse(run.stdout.trimEnd().split("\n").at(-1) ?? "");
    expect(result).toMatchObject({ rounds: 9, up: 3, down: 4, void: 2, ties: 1 });
    expect(result).toMatchObject({ audit: { ok: true, imbalanceMicroUsdc: "0" } });
    expect(amount(result, "stakedMicroUsdc")).toBe(
      amount(result, "paidMicroUsdc") +
        amount(result, "feesMicroUsdc") +
        amount(result, "refundedMicroUsdc"),
    );
    expect(amount(result, "refundedMicroUsdc")).toBeGreaterThan(0n);
    expect(amount(result, "feesMicroUsdc")).toBeGreaterThan(0n);
    expect(await askAdmin(env, ...replay(file.path))).toEqual(result);
    const other = await runAdmin(env, ...replay(file.path, 2));
    expect(other).toMatchObject({ code: 0, stderr: "" });
    expect(other.stdout).toMatch(/^rounds {4}9\n/);
    expect(other.stdout).toMatch(/^audit {5}\d+ checks hold$/m);
    const staked = /^staked +(\d+)\.(\d+) USDC$/m.exec(other.stdout)?.slice(1).join("");
    expect(Number(staked)).toBeGreaterThan(0);
    expect(staked).not.toBe(String(at(result, "stakedMicroUsdc")));
  });

  test("is kept when asked to; a script without the service's code finds the same in the transfers", async () => {
    await using file = await fileOf(CLOSES);
    const env = { DATABASE_URL: serverUrl() };
    const run = await runAdmin(env, ...replay(file.path), "--json", "--keep");
    const url = /^Kept: (\S+)$/m.exec(run.stderr)?.[1] ?? "";
    const key = /CLOSEBELL_API_KEY=(\S+)/.exec(run.stderr)?.[1] ?? "";
    const kept = { DATABASE_URL: url, CLOSEBELL_API_KEY: key };
    const name = new URL(url).pathname.slice(1);
    try {
      expect(await replays()).toContain(name);
      // units left over go by bet id: it must not depend on whose batch happened to be first; the last may be a second bet
      for (const users of await bettorsByRound(url)) {
        const inTurn = users.slice(0, -1);
        expect(inTurn).toEqual(inTurn.toSorted());
      }
      const printed = join(file.folder, "result.json");
      await Bun.write(printed, run.stdout);
      const recompute = async () =>
        await runProgram("scripts/recompute-replay.ts", [url, printed]).exited;
      expect(await recompute()).toBe(0);
      await Bun.write(printed, run.stdout.replace('"ties":1', '"ties":2'));
      expect(await recompute()).toBe(1);
      const look = await askAdmin(kept, "rounds", "--code", "20261119");
      expect(look).toMatchObject({ state: "VOID", voidReason: "ORACLE_TIMEOUT" });
      // the attempt after the grace is what allowed it
      expect(at(look, "attempts")).toHaveLength(2);
      const early = await askAdmin(kept, "rounds", "--code", "20261127");
      expect(early).toMatchObject({ lockAt: "2026-11-27T17:59:59Z", outcome: "UP" });
    } finally {
      await dropDatabase({ serverUrl: serverUrl(), name });
    }
  });

  test("that script finds the same where nobody had bet on a round that was held", async () => {
    await using file = await fileOf("date,close\n2026-10-01,100\n2026-10-02,200\n2026-10-05,100\n");
    // by this seed nobody bets on the second round
    const args = ["replay", "--closes", file.path, "--bettors", "2", "--seed", "22"];
    const run = await runAdmin({ DATABASE_URL: serverUrl() }, ...args, "--json", "--keep");
    const url = /^Kept: (\S+)$/m.exec(run.stderr)?.[1] ?? "";
    try {
      expect(await bettorsByRound(url)).toHaveLength(1);
      const printed = join(file.folder, "result.json");
      await Bun.write(printed, run.stdout);
      const recomputed = runProgram("scripts/recompute-replay.ts", [url, printed]);
      expect(await recomputed.exited).toBe(0);
    } finally {
      await dropDatabase({ serverUrl: serverUrl(), name: new URL(url).pathname.slice(1) });
    }
  });

  test("has a PostgreSQL of its own without DATABASE_URL; even a lone bettor plays", async () => {
    await using file = await fileOf(CLOSES);
    const alone = ["replay", "--closes", file.path, "--bettors", "1", "--seed", "3"];
    const some = ["--from", "2026-11-23", "--to", "2026-11-25"];
    const result = await askAdmin({}, ...alone, ...some);
    expect(result).toMatchObject({ rounds: 3, audit: { ok: true } });
  });

  test("waits for a missing close no longer than until the next round locks", async () => {
    await using file = await fileOf(CLOSES);
    const env = {
      DATABASE_URL: serverUrl(),
      SETTLE_GRACE_MIN: "1440",
      CLOSE_FETCH_DELAY_MIN: "600",
    };
    const result = await askAdmin(env, ...replay(file.path));
    expect(result).toMatchObject({ rounds: 9, void: 2, audit: { ok: true } });
  });

  test("goes on past a close above the guard, also where nobody had bet on its side", async () => {
    const doubles = ["16", "17", "18", "19", "20", "23", "24", "25"]
      .map((day, n) => `2026-11-${day},${n % 2 === 0 ? 100 : 200}\n`)
      .join("");
    await using file = await fileOf(`date,close\n${doubles}`);
    const args = ["replay", "--closes", file.path, "--bettors", "1", "--seed", "1"];
    const result = await askAdmin({ DATABASE_URL: serverUrl() }, ...args);
    expect(result).toMatchObject({ rounds: 7, audit: { ok: true } });
    expect(Number(at(result, "void"))).toBeGreaterThan(0);
  });

  test.each([
    ["2026-11-26,1", "Line 3: NASDAQ had no session on 2026-11-26 (Thanksgiving"],
    ["2026-11-28,1", "Line 3: NASDAQ had no session on 2026-11-28"],
    ["2026-11-17,abc", "Line 3: "],
    ["2026-11-16,1", "Line 3: 2026-11-16 stands in line 2 already"],
    ["2026-11-13,1", "Line 3: "],
    ["17.11.2026,1", "Line 3: "],
  ])("refuses the line %s before anything moves", async (line, said) => {
    await using file = await fileOf(`date,close\n2026-11-16,100\n${line}\n2026-12-01,1\n`);
    // a server that is not there: whoever asks it first has begun too early
    const nowhere = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" };
    refused(await runAdmin(nowhere, ...replay(file.path), "--json"), 1, said);
  });

  test("refuses what makes no sense", async () => {
    await using file = await fileOf(CLOSES);
    const base = ["replay", "--closes", file.path];
    const cases: readonly (readonly [readonly string[], number, string])[] = [
      [replay(`${file.path}.gone`), 2, "can't be read"],
      [[...base, "--bettors", "0", "--seed", "1"], 2, "whole number"],
      [[...base, "--bettors", "2", "--seed", "-1"], 2, "whole number"],
      [[...base, "--bettors", "2"], 2, "--seed"],
      [[...replay(file.path), "--from", "2027-01-04"], 1, "No session to play"],
    ];
    for (const [args, exitCode, said] of cases)
      refused(await runAdmin({}, ...args), exitCode, said);
  });

  test("what a killed one left behind goes with the next, and nothing that was kept", async () => {
    await using file = await fileOf(CLOSES);
    await using tmp = await scratchFolder();
    const env = { TMPDIR: tmp.path };
    const kept = await runAdmin(env, ...replay(file.path), "--keep");
    expect(kept.code).toBe(0);
    const [mine = ""] = await readdir(tmp.path);
    expect(kept.stderr).toContain(`DATA_DIR=${join(tmp.path, mine)}`);
    await using program = runProgram("apps/admin/src/main.ts", replay(file.path), { env });
    const left = async () => (await readdir(tmp.path)).filter((name) => name !== mine);
    await eventually("a folder of its own", async () => (await left()).length > 0);
    program.kill("SIGKILL");
    await program.exited;
    expect(await left()).toHaveLength(1);
    await askAdmin(env, ...replay(file.path));
    expect(await readdir(tmp.path)).toEqual([mine]);
  });

  test("Ctrl-C ends it with 130 and leaves nothing behind", async () => {
    const dates = sessionsBetween(EXCHANGES.NASDAQ, "2010-01-04", "2014-12-31");
    const lines = dates.map(({ date }, n) => `${date.toString()},${100 + (n % 7)}`);
    await using file = await fileOf(`date,close\n${lines.join("\n")}\n`);
    const before = await replays();
    await using program = runProgram("apps/admin/src/main.ts", replay(file.path), {
      env: { DATABASE_URL: serverUrl() },
    });
    const fresh = async () => (await replays()).filter((name) => !before.includes(name));
    await eventually("a database of its own", async () => (await fresh()).length > 0);
    program.kill("SIGINT");
    expect(await program.exited).toBe(130);
    expect(program.stdout()).toBe("");
    await eventually("the database gone", async () => {
      const left = await fresh();
      return left.length === 0;
    });
  });
});
