import { expect, test } from "bun:test";
import { recheckCloses } from "@closebell/rounds";
import { apiHarness } from "./testing/api-harness.ts";

const settled = async (change: Parameters<typeof apiHarness>[0] = {}) => {
  const h = await apiHarness(change);
  await h.moveTo("2026-11-20T12:00:00Z");
  const { oracle } = h.rounds;
  oracle.script("2026-11-19", { kind: "right", price: "100" });
  oracle.script("2026-11-20", { kind: "refused", status: 429, raw: "slow down" });
  await h.moveTo("2026-11-20T21:05:00Z");
  oracle.script("2026-11-20", { kind: "right", price: "101" });
  await h.moveTo("2026-11-20T21:05:30Z");
  return h;
};

test("evidence has every attempt with what was asked, and what the closes were when they were read again", async () => {
  await using h = await settled();
  const round = await h.ask("GET", "/rounds/20261120");
  expect(round.at("priceSource")).toBe("scripted");
  expect(round.at("rules.prices")).toContain("scripted");
  h.rounds.oracle.script("2026-11-20", { kind: "right", price: "99" });
  await h.moveTo("2026-11-20T22:15:00Z");
  await recheckCloses(h.rounds.deps);
  const evidence = await h.ask("GET", "/rounds/20261120/evidence");
  expect(evidence.json()).toMatchObject({
    items: [
      {
        failure: "unavailable",
        answers: [
          { failure: null },
          {
            raw: "slow down",
            failure: "unavailable",
            request: { method: "GET", url: "https://scripted.example/closes/NDX/2026-11-20" },
          },
        ],
      },
      { failure: null, close: "101" },
    ],
    checks: [
      {
        kind: "reread",
        source: "scripted",
        storedClose: "101",
        close: "99",
        differs: true,
        changesOutcome: true,
      },
    ],
  });
  expect((await h.ask("GET", "/rounds/20261120")).at("outcome")).toBe("UP");
});

test("a close that was corrected is in the metrics, by market, source and whether the side is another", async () => {
  await using h = await settled({ settings: { metricsMaxAgeMs: 0 } });
  expect((await h.ask("GET", "/metrics")).text).not.toContain("closebell_close_differences{");
  await h.rounds.scratch.setClock("2026-11-20T22:15:00Z");
  h.rounds.oracle.script("2026-11-20", { kind: "right", price: "101.25" });
  await recheckCloses(h.rounds.deps);
  expect((await h.ask("GET", "/metrics")).text).toContain(
    'closebell_close_differences{market="NDX",source="scripted",changes_outcome="false"} 1',
  );
});
