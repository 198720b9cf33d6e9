import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { emptyDatabase } from "../../packages/database/src/testing/index.ts";
import { crewOn } from "./crew.ts";
import { askAdminHere as askAdmin, runAdminHere as runAdmin } from "./run-admin-here.ts";
import { at, refused } from "./run-admin.ts";

setDefaultTimeout(180_000);

const CODE = ["--code", "20261120"] as const;

describe("price sources, from the command line", () => {
  let database: Awaited<ReturnType<typeof emptyDatabase>>;
  let env: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    database = await emptyDatabase();
    const nobody = { DATABASE_URL: database.url };
    await askAdmin(nobody, "migrate", "--sandbox", "--now", "2026-11-20T12:00:00Z");
    env = (await crewOn(nobody)).operator;
    await askAdmin(env, "advance");
  });

  afterAll(() => database[Symbol.asyncDispose]());

  test("a market's sources and rule are changed with a reason, for the rounds to come", async () => {
    const set = ["markets", "set", "--sources", "simulated,simulated-b", "--source-rule", "median"];
    refused(await runAdmin(env, ...set), 2, "--reason");
    refused(await runAdmin(env, "markets", "set", "--reason", "x"), 2, "Say what to change");
    const unknown = ["markets", "set", "--sources", "massive:I:NDX", "--reason", "x"];
    refused(await runAdmin(env, ...unknown), 1, "No oracle called massive is configured");
    expect(
      await askAdmin(env, ...set, "--tolerance-bps", "5", "--reason", "two are better"),
    ).toMatchObject({
      code: "NDX",
      sources: ["simulated", "simulated-b"],
      sourceRule: "median",
      toleranceBps: 5,
      auditSources: [],
      rulesVersion: 2,
    });
    expect(at(await askAdmin(env, "rounds", ...CODE), "rules")).toMatchObject({
      sources: ["simulated"],
      sourceRule: "first",
    });
    expect((await runAdmin(env, "markets")).stdout).toContain("(median within 5 bps)");
    expect(at(await askAdmin(env, "audit", "log"), "items", 0)).toMatchObject({
      action: "market.set-sources",
      reason: "two are better",
    });
    const probe = await askAdmin(env, "oracle", "probe", "--date", "2026-11-19");
    expect(at(probe, "sources", 1)).toMatchObject({ source: "simulated-b", failure: null });
  });

  test("a probe shows what every source says of a session and of the one before", async () => {
    const probe = await askAdmin(env, "oracle", "probe", "--market", "NDX", "--date", "2026-11-19");
    expect(probe).toMatchObject({
      market: "NDX",
      date: "2026-11-19",
      previousDate: "2026-11-18",
    });
    expect(at(probe, "verdict", "kind")).toBe("prices");
    expect(at(probe, "sources", 0)).toMatchObject({ source: "simulated", failure: null });
    const shown = await runAdmin(env, "oracle", "probe", "--date", "2026-11-19", "--raw");
    expect(shown.stdout).toContain("NDX would settle on simulated:");
    expect(shown.stdout).toContain("sha256 ");
    const other = ["oracle", "probe", "--market", "SPX", "--date", "2026-11-19"];
    refused(await runAdmin(env, ...other), 1, "MARKET_NOT_FOUND");
    const sunday = await runAdmin(env, "oracle", "probe", "--date", "2026-11-22");
    refused(sunday, 1, "NOT_A_SESSION");
    refused(await runAdmin(env, "oracle", "probe"), 2, "--date");
  });

  test("a round's attempts are shown, and its closes are read again", async () => {
    expect(await askAdmin(env, "oracle", "attempts", ...CODE)).toEqual({ items: [] });
    refused(
      await runAdmin(env, "oracle", "recheck", ...CODE, "--reason", "x"),
      1,
      "ROUND_STATE_CONFLICT",
    );
    await askAdmin(env, "clock", "set", "2026-11-20T21:05:00Z");
    await askAdmin(env, "advance");
    const attempts = await askAdmin(env, "oracle", "attempts", ...CODE);
    expect(at(attempts, "items", 0)).toMatchObject({ source: "simulated", failure: null });
    const raw = await runAdmin(env, "oracle", "attempts", ...CODE, "--raw");
    expect(raw.stdout).toContain('{"simulated":true,"date":"2026-11-20"');
    expect(at(await askAdmin(env, "oracle", "recheck", ...CODE), "items", 0)).toMatchObject({
      source: "simulated",
      differs: false,
    });
    expect(at(await askAdmin(env, "oracle", "checks", ...CODE), "items")).toHaveLength(1);
    const text = await runAdmin(env, "oracle", "checks", ...CODE);
    expect(text.stdout).toContain("as it was");
  });
});
