import { expect, test } from "bun:test";
import { type Logger, randomIds, SYSTEM_ACTORS } from "@closebell/context";
import { microUsdc } from "@closebell/money";
import type { BooksAudit } from "@closebell/runtime";
import { Registry } from "prom-client";
import { auditPass } from "./audit-pass.ts";
import { createSchedulerMetrics } from "./scheduler-metrics.ts";
import { schedulerScene } from "./testing/scheduler-scene.ts";

const by = { actor: SYSTEM_ACTORS.scheduler, requestId: randomIds.uuid() };

const recorder = () => {
  const lines: (readonly [string, object])[] = [];
  const write = (fields: object, message: string) => void lines.push([message, fields]);
  const log: Logger = { debug: () => undefined, info: write, warn: write, error: write };
  return { log, lines };
};

test("books that are wrong are told, check by check", async () => {
  await using scene = await schedulerScene();
  const { log, lines } = recorder();
  const registry = new Registry();
  const zero = { name: "sum", ok: true, imbalance: microUsdc(0n), detail: "" };
  const off = { name: "pools", ok: false, imbalance: microUsdc(7n), detail: "round/1 is off by 7" };
  const found: BooksAudit = { ok: false, imbalanceMicroUsdc: off.imbalance, checks: [zero, off] };
  const deps = { ...scene.runtime, log, audit: () => Promise.resolve(found) };
  await auditPass(deps, createSchedulerMetrics(registry)).work(by, log);
  expect(lines[0]?.[0]).toStartWith("the books are wrong");
  expect(lines[0]?.[1]).toMatchObject({ imbalanceMicroUsdc: 7n, failed: [off] });
  const metrics = await registry.metrics();
  expect(metrics).toContain('closebell_ledger_check_failures{check="sum"} 0');
  expect(metrics).toContain('closebell_ledger_check_failures{check="pools"} 1');
});

test("a calendar that ends in less than 90 days is told once a day, and not before", async () => {
  await using scene = await schedulerScene();
  const { log, lines } = recorder();
  const pass = auditPass({ ...scene.runtime, log }, createSchedulerMetrics(new Registry()));
  await scene.scratch.setClock("2028-10-01T12:00:00Z");
  await pass.work(by, log);
  expect(lines).toEqual([]);
  await scene.scratch.setClock("2028-10-03T12:00:00Z");
  await pass.work(by, log);
  await pass.work(by, log);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.[1]).toEqual({ exchange: "NASDAQ", daysLeft: 89 });
});
