import { expect, test } from "bun:test";
import { silentLogger } from "@closebell/context/testing";
import { byTwo } from "@closebell/database/testing";
import { advanceRounds, settleRound } from "@closebell/rounds";
import { loadBets, planSmallChunks, roundsHarness } from "@closebell/rounds/testing";
import { Registry } from "prom-client";
import { registerBusinessMetrics } from "../metrics/business-metrics.ts";
import { simulatedFrom } from "../presenters/simulated.ts";
import { liveRound } from "./live-rounds.ts";

const WHERE = { market: "NDX", code: "20261120" };
const SIMULATED = simulatedFrom([], []);

test("how far a settlement is shows in the round's stream and in the metrics, until it ends", async () => {
  await using house = await roundsHarness();
  const { by, deps } = house;
  await planSmallChunks(house, 100);
  await advanceRounds(deps, { by });
  await loadBets(house, { roundId: 2026112001, players: 50, bets: 1_000 });
  const dying = byTwo(settleRound)(deps, {
    by,
    ...WHERE,
    result: "VOID",
    onProgress(paid) {
      if (paid > 0) throw new Error("killed");
    },
  });
  await expect(dying).rejects.toThrow("killed");

  const source = liveRound(deps, SIMULATED, WHERE);
  const { parts } = await source.read();
  const { paid, ...rest } = JSON.parse(parts["settling"]?.data ?? "{}");
  expect(rest).toEqual({ ...WHERE, bets: 1_000 });
  expect(paid).toBeGreaterThan(0);
  expect(paid).toBeLessThan(1_000);
  const told = { type: "round.settling", market: "NDX", round: WHERE.code, bets: 1_000, paid };
  expect(source.concernedBy({ ...told, type: "round.settling" })).toBe("soon");
  const registry = new Registry();
  registerBusinessMetrics({
    database: deps.database,
    intake: house.intake,
    registry,
    log: silentLogger,
    maxAgeMs: 0,
  });
  const labels = '{market="NDX",round="20261120"}';
  expect(await registry.metrics()).toContain(`closebell_settlement_bets${labels} 1000`);
  expect(await registry.metrics()).toContain(`closebell_settlement_bets_paid${labels} ${paid}`);

  await advanceRounds(deps, { by });
  expect((await source.read()).parts["settling"]).toBeUndefined();
  expect(await registry.metrics()).not.toContain(`closebell_settlement_bets${labels}`);
});
