import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { permissionsOf, ROLES } from "@closebell/identity";
import { playerWith, staffWith } from "@closebell/identity/testing";
import { type ApiHarness, apiHarness } from "../testing/api-harness.ts";
import { type Operation, operationsOf } from "../testing/operations.ts";

const WHO = ["nobody", ...ROLES] as const;
type Who = (typeof WHO)[number];

let h: ApiHarness;

beforeAll(async () => {
  h = await apiHarness();
});

afterAll(() => h[Symbol.asyncDispose]());

/** What the document says of a route: each alternative names what a caller must hold. */
const opensTo = ({ operation }: Operation, who: Who): boolean => {
  const security = operation.security ?? [];
  if (security.length === 0) return true;
  if (who === "nobody") return false;
  const held = [...permissionsOf([who])].map(String);
  return security.some(({ bearer = [] }) =>
    bearer.every((permission) => held.includes(permission)),
  );
};

/** Somebody's own where the path names a user; what does not exist where it names something else. */
const addressOf = ({ path }: Operation, userId: string): string => {
  const filled = path
    .replaceAll("{userId}", userId)
    .replaceAll("{code}", "20261123")
    .replaceAll(/{\w+}/g, () => randomUUID());
  // a stream of a market that is there would never end
  return path.endsWith("/events") ? `${filled}?market=NONE` : filled;
};

/** Somebody there with this role, and a credential of theirs. */
const enter = async (who: Who): Promise<{ userId: string; credential: string | null }> => {
  if (who === "nobody") return { userId: randomUUID(), credential: null };
  const { principal } =
    who === "player" ? await playerWith(h.rounds.deps) : await staffWith(h.rounds.deps, [who]);
  const userId = principal.actor.id;
  return { userId, credential: h.credentials.issue({ roles: [who], userId }) };
};

test.each(WHO)(
  "%s comes through the doors that the document opens, and through no other",
  async (who) => {
    const { userId, credential } = await enter(who);
    const operations = operationsOf(h.api);
    expect(operations.length).toBeGreaterThan(50);
    for (const one of operations) {
      const body = one.operation.requestBody === undefined ? {} : { json: {} };
      const init = { ...body, credential };
      const { status, text } = await h.ask(one.method, addressOf(one, userId), init);
      const shut = who === "nobody" ? 401 : 403;
      const isShut =
        (status === 401 && text.includes('"code":"UNAUTHENTICATED"')) ||
        (status === 403 && text.includes('"code":"FORBIDDEN"'));
      expect([one.name, isShut ? status : "let in"]).toEqual([
        one.name,
        opensTo(one, who) ? "let in" : shut,
      ]);
    }
  },
);
