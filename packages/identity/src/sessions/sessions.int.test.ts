import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { DomainError, type By } from "@closebell/context";
import { listAudit } from "@closebell/database";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { purgeExpired } from "../people/purge-expired.ts";
import { signIn } from "../people/sign-in.ts";
import { lettersOf, registered, type Registered } from "../testing/registered.ts";
import { moveRealTime, stranger, testIdentity } from "../testing/test-identity.ts";
import { actorOf } from "../user.ts";
import { endAllSessions } from "./end-all-sessions.ts";
import { endSession } from "./end-session.ts";
import { listSessions } from "./list-sessions.ts";
import { refreshSession } from "./refresh-session.ts";

let scratch: ScratchDatabase;
let deps: ReturnType<typeof testIdentity>;
let player: Registered;

beforeAll(async () => {
  scratch = await scratchDatabase();
});
afterAll(() => scratch[Symbol.asyncDispose]());
beforeEach(async () => {
  await moveRealTime(scratch.owner, { seconds: 0 });
  deps = testIdentity(scratch.database);
  player = await registered(deps);
});

const refresh = async (refreshToken: string): Promise<string> =>
  (await refreshSession(deps, { ...stranger(), refreshToken })).tokens.refreshToken;

/** The next refresh token, or what it is refused with. */
const tried = (refreshToken: string): Promise<string> =>
  refresh(refreshToken).catch((error: unknown) =>
    error instanceof DomainError ? error.code : String(error),
  );

const own = (): By => ({ ...stranger().by, actor: actorOf(player.user) });
const sessionIds = async () =>
  (await listSessions(deps, { userId: player.user.id })).map(({ id }) => id);
const whyEnded = async (): Promise<string | null> => {
  const [row] = await scratch.owner.sql<[{ why: string | null }]>`
    select ended_why as why from identity.session where id = ${player.session.id}`;
  return row.why;
};

test("of many refreshes at once one wins, and all get its successor", async () => {
  const { refreshToken } = player.tokens;
  const all = await Promise.all(Array.from({ length: 20 }, () => refresh(refreshToken)));
  expect(new Set(all).size).toBe(1);
  expect(all[0]).not.toBe(refreshToken);
  const rows = await scratch.owner.sql`
    select replaced_at from identity.refresh_token where session_id = ${player.session.id}`;
  expect(rows).toHaveLength(2);
  expect(rows.filter((row) => row["replaced_at"] === null)).toHaveLength(1);
});

test("a token again within the grace gets the same successor, even after that was used", async () => {
  const [first] = [player.tokens.refreshToken];
  const second = await refresh(first);
  expect(await refresh(first)).toBe(second);
  const third = await refresh(second);
  expect(await refresh(first)).toBe(second);
  expect(await refresh(second)).toBe(third);
  expect(await sessionIds()).toEqual([player.session.id]);
});

test("a token again after the grace ends the whole family", async () => {
  const first = player.tokens.refreshToken;
  const second = await refresh(first);
  await moveRealTime(scratch.owner, { seconds: 11 });
  const third = await refresh(second);
  expect(await tried(first)).toBe("UNAUTHENTICATED");
  expect(await whyEnded()).toBe("token-reused");
  expect(await tried(third)).toBe("UNAUTHENTICATED");
  expect(await sessionIds()).toEqual([]);
  expect(deps.events.published).toContainEqual({
    type: "credential.revoked",
    id: player.session.id,
  });
  const { items } = await listAudit(deps, { limit: 1 });
  expect(items[0]).toMatchObject({
    action: "session.end",
    subject: `user/${player.user.id}`,
    after: { sessions: [player.session.id], why: "token-reused" },
  });
});

test("a token again long after the grace ends the family too, whatever was tidied up since", async () => {
  const first = player.tokens.refreshToken;
  const second = await refresh(first);
  await moveRealTime(scratch.owner, { hours: 10 * 24 });
  const third = await refresh(second);
  await moveRealTime(scratch.owner, { hours: 20 * 24 });
  await purgeExpired(deps);
  expect(await tried(first)).toBe("UNAUTHENTICATED");
  expect(await whyEnded()).toBe("token-reused");
  expect(await tried(third)).toBe("UNAUTHENTICATED");
});

test("tokens of a session that is over are removed once they expire", async () => {
  const { refreshToken } = player.tokens;
  await endAllSessions(deps, { by: own() });
  await moveRealTime(scratch.owner, { hours: 15 * 24 });
  await purgeExpired(deps);
  const left = await scratch.owner.sql`
    select from identity.refresh_token where session_id = ${player.session.id}`;
  expect(left).toHaveLength(0);
  expect(await tried(refreshToken)).toBe("UNAUTHENTICATED");
});

test("a stolen token, used at the same time as its owner's later one, ends the family once", async () => {
  const first = player.tokens.refreshToken;
  const second = await refresh(first);
  await moveRealTime(scratch.owner, { seconds: 11 });
  await Promise.all([tried(first), tried(second), tried(first), tried(second)]);
  expect(await whyEnded()).toBe("token-reused");
  const ends = deps.events.published.filter(({ type }) => type === "credential.revoked");
  expect(ends).toHaveLength(1);
  const letters = (await lettersOf(deps)).filter(({ to }) => to === player.email);
  expect(letters.map(({ subject }) => subject)).toEqual(["A session at Closebell was ended"]);
});

test("a session that idles ends by itself, and nobody is accused of theft", async () => {
  const first = player.tokens.refreshToken;
  await moveRealTime(scratch.owner, { hours: 14 * 24 - 1 });
  const second = await refresh(first);
  await moveRealTime(scratch.owner, { hours: 2 * 14 * 24 });
  expect(await sessionIds()).toEqual([]);
  expect(await tried(second)).toBe("UNAUTHENTICATED");
  expect(await whyEnded()).toBeNull();
});

test("a session ends after thirty days, however often it is refreshed", async () => {
  let token = player.tokens.refreshToken;
  for (const days of [7, 14, 21, 28]) {
    await moveRealTime(scratch.owner, { hours: days * 24 });
    token = await refresh(token);
  }
  await moveRealTime(scratch.owner, { hours: 30 * 24 + 1 });
  expect(await tried(token)).toBe("UNAUTHENTICATED");
});

test("the sandbox's clock signs nobody out", async () => {
  await scratch.setClock("2027-02-01T00:00:00Z");
  expect(await tried(player.tokens.refreshToken)).not.toBe("UNAUTHENTICATED");
});

test("one ends a session of one's own, once, and never another's", async () => {
  const other = await registered(deps);
  const { email, password } = player;
  const second = await signIn(deps, { ...stranger(), email, password });
  const end = (sessionId: string) =>
    endSession(deps, { by: own(), sessionId }).then(
      () => "done",
      (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
    );
  expect(await end(other.session.id)).toBe("SESSION_NOT_FOUND");
  expect(await end("nonsense")).toBe("SESSION_NOT_FOUND");
  expect(await end(player.session.id)).toBe("done");
  expect(await end(player.session.id)).toBe("SESSION_NOT_FOUND");
  expect(await sessionIds()).toEqual([second.session.id]);
  expect(await tried(player.tokens.refreshToken)).toBe("UNAUTHENTICATED");
  expect(await tried(other.tokens.refreshToken)).not.toBe("UNAUTHENTICATED");
});

test("one ends all sessions at once, this one too", async () => {
  const { email, password } = player;
  const agent = { address: "198.51.100.1", userAgent: `${"x".repeat(300)}\0\ud800` };
  const second = await signIn(deps, { ...stranger(), from: agent, email, password });
  expect(second.session).toMatchObject({ address: agent.address, userAgent: "x".repeat(200) });
  const other = await registered(deps);
  expect(await endAllSessions(deps, { by: own() })).toEqual({ ended: 2 });
  expect(await sessionIds()).toEqual([]);
  for (const { tokens } of [player, second])
    expect(await tried(tokens.refreshToken)).toBe("UNAUTHENTICATED");
  expect(await tried(other.tokens.refreshToken)).not.toBe("UNAUTHENTICATED");
});

test.each(["", "cb_refresh_", "cb_refresh_unknown", `cb_refresh_${"x".repeat(5000)}`, "\0"])(
  "%j refreshes nothing",
  async (token) => {
    expect(await tried(token)).toBe("UNAUTHENTICATED");
  },
);

test("no table holds a refresh token that could be used", async () => {
  const first = player.tokens.refreshToken;
  const second = await refresh(first);
  const rows = await scratch.owner.sql<{ row: string }[]>`
    select row_to_json(t)::text as row from identity.refresh_token t
    union all select row_to_json(s)::text from identity.session s
    union all select row_to_json(a)::text from database.audit a`;
  const all = rows.map(({ row }) => row).join("\n");
  for (const token of [first, second]) {
    const secret = token.slice("cb_refresh_".length);
    expect(all).not.toContain(secret);
    expect(all).not.toContain(Buffer.from(token).toString("hex"));
  }
});
