import { expect, test } from "bun:test";
import { silentLogger } from "@closebell/context/testing";
import { openDatabase } from "@closebell/database";
import { Registry } from "prom-client";
import { clockFinding, showClockOffset } from "./compare-clocks.ts";

test("a second either way is tolerated, and more is told with who is ahead", () => {
  expect([0, 1, -1, 0.4].map(clockFinding)).toEqual([undefined, undefined, undefined, undefined]);
  expect(clockFinding(1.6)).toBe("PostgreSQL's clock is 2 s ahead of this host's");
  expect(clockFinding(-61.2)).toBe("PostgreSQL's clock is 61 s behind this host's");
});

test("while the database is gone there is no figure, and the others are told", async () => {
  const database = openDatabase({ url: "postgres://u:p@127.0.0.1:1/closebell" });
  const registry = new Registry();
  showClockOffset({ database, registry, log: silentLogger });
  const figures = await registry.metrics();
  expect(figures).toContain("# TYPE closebell_database_clock_offset_seconds gauge");
  expect(figures).not.toMatch(/^closebell_database_clock_offset_seconds /m);
  await database.close();
});
