import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { SYSTEM_ACTORS, randomIds, type By } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { scratchDatabase } from "@closebell/database/testing";
import { createUser } from "@closebell/identity";
import { excludeSelf } from "./exclude-self.ts";
import { takeTimeOut } from "./take-time-out.ts";

test("on a clock that runs, a break of 24 hours is one of 24 hours, and six months are six months", async () => {
  await using scratch = await scratchDatabase({ sandbox: false });
  const { database } = scratch;
  const deps = { database, events: memoryEvents(), ids: randomIds, log: silentLogger };
  const by: By = { actor: SYSTEM_ACTORS.migration, requestId: randomUUID() };
  const { id: userId } = await createUser(deps, { by });
  const [rest] = (await takeTimeOut(deps, { by, userId, hours: 24 })).restrictions;
  expect(rest?.until?.toString()).toBe(rest?.since.add({ hours: 24 }).toString());
  const [, out] = (await excludeSelf(deps, { by, userId, months: 6 })).restrictions;
  const inSixMonths = out?.since.toZonedDateTimeISO("UTC").add({ months: 6 });
  expect(out?.until?.toString()).toBe(inSixMonths?.toInstant().toString());
});
