import { expect, test } from "bun:test";
import { type Logger, randomIds, SYSTEM_ACTORS } from "@closebell/context";
import { advanceRounds } from "@closebell/rounds";
import { Registry } from "prom-client";
import { createRecordMetrics } from "./record-metrics.ts";
import { recordPass } from "./record-pass.ts";
import { sealPass } from "./seal-pass.ts";
import { schedulerScene } from "./testing/scheduler-scene.ts";

const by = { actor: SYSTEM_ACTORS.scheduler, requestId: randomIds.uuid() };

test("transfers are sealed, and what is altered afterwards is told and measured", async () => {
  await using scene = await schedulerScene();
  const registry = new Registry();
  const metrics = createRecordMetrics(registry);
  const lines: (readonly [string, object])[] = [];
  const write = (fields: object, message: string) => void lines.push([message, fields]);
  const log: Logger = { debug: () => undefined, info: write, warn: write, error: write };
  await advanceRounds(scene.runtime, { by });
  await scene.placeBets([
    ["UP", 5n],
    ["DOWN", 7n],
  ]);
  await sealPass(scene.runtime, metrics).work(by, log);
  const pass = recordPass(scene.runtime, metrics);
  await pass.work(by, log);
  expect(lines).toEqual([]);
  expect(await registry.metrics()).toContain("closebell_sealed_transfers_total 4");
  expect(await registry.metrics()).toContain("closebell_seal_lag_seconds 0");
  expect(await registry.metrics()).toContain('closebell_record_findings{stream="transfer"} 0');
  await scene.scratch.owner.sql.unsafe(`
    alter table ledger.transfer disable trigger user;
    update ledger.transfer set amount = amount + 1 where id = (select max(id) from ledger.transfer);
    alter table ledger.transfer enable trigger user`);
  await pass.work(by, log);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.[0]).toStartWith("the record was tampered with");
  expect(await registry.metrics()).toContain('closebell_record_findings{stream="transfer"} 1');
  expect(await registry.metrics()).toContain('closebell_record_findings{stream="audit"} 0');
});
