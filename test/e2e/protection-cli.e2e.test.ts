import { expect, setDefaultTimeout, test } from "bun:test";
import { emptyDatabase } from "../../packages/database/src/testing/index.ts";
import { crewOn } from "./crew.ts";
import { askAdminHere as askAdmin, runAdminHere as runAdmin } from "./run-admin-here.ts";
import { refused, textAt } from "./run-admin.ts";

setDefaultTimeout(180_000);

test("an operator blocks a player and says why; he bets no more, is paid, and bets again when it is lifted", async () => {
  await using database = await emptyDatabase();
  const nobody = { DATABASE_URL: database.url };
  await askAdmin(nobody, "migrate", "--sandbox", "--now", "2026-11-20T12:00:00Z");
  const { operator: env } = await crewOn(nobody);
  await askAdmin(env, "advance");
  const user = textAt(await askAdmin(env, "seed", "--users", "1"), "items", 0, "userId");
  const who = ["--user", user];
  const why = ["--reason", "asked us to by telephone"];
  await askAdmin(env, "deposit", ...who, "--amount", "10", ...why);
  expect(await askAdmin(env, "protection", ...who)).toMatchObject({ suspended: false, limits: [] });
  expect(await askAdmin(env, "block", ...who, ...why)).toMatchObject({
    suspended: true,
    restrictions: [{ kind: "block", until: null }],
  });
  const bet = ["bet", ...who, "--side", "UP", "--amount", "1", ...why];
  refused(await runAdmin(env, ...bet), 1, "PLAY_SUSPENDED");
  const text = await runAdmin(env, "protection", ...who);
  expect(text.stdout).toContain("may bet");
  expect(text.stdout).toContain("no; withdrawals go on");
  await askAdmin(env, "withdraw", ...who, "--amount", "2", ...why);
  expect(await askAdmin(env, "unblock", ...who, ...why)).toMatchObject({ suspended: false });
  await askAdmin(env, ...bet);
  const unknown = ["--user", "01900000-0000-7000-8000-000000000009"];
  refused(await runAdmin(env, "block", ...unknown, ...why), 1, "USER_NOT_FOUND");
  // nobody is out, so there is nothing to come back from
  expect(await askAdmin(env, "return", ...who, ...why)).toMatchObject({ suspended: false });
});
