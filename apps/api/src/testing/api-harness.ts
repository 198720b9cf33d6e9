import { randomUUID } from "node:crypto";
import { memoryEvents } from "@closebell/context/testing";
import { DEFAULT_POLICY } from "@closebell/custody";
import { scriptedChain, type ScriptedChain } from "@closebell/custody/testing";
import { roundsHarness, type RoundsHarness } from "@closebell/rounds/testing";
import { advanceRounds } from "@closebell/rounds";
import { Registry } from "prom-client";
import type { ApiDeps, SimulatedCloseRequest } from "../api-deps.ts";
import { createApi, type Api } from "../create-api.ts";
import { asking, type Ask } from "./asking.ts";
import { recordingLogger, type LogLine } from "./recording-logger.ts";

export interface ApiHarness extends AsyncDisposable {
  readonly api: Api;
  readonly rounds: RoundsHarness;
  readonly chain: ScriptedChain;
  readonly events: ReturnType<typeof memoryEvents>;
  readonly logged: readonly LogLine[];
  readonly setCloses: readonly SimulatedCloseRequest[];
  /** Sends a request; the answer must be one that the OpenAPI document declares. */
  readonly ask: Ask;
  /** A user made and funded over HTTP. */
  player(micro?: string): Promise<string>;
  /** Moves the sandbox's clock and does what is due. */
  moveTo(instant: string): Promise<void>;
}

/** The API on a scratch database with real rooms, a scripted price source and a scripted chain. */
export const apiHarness = async (
  change: Partial<ApiDeps> = {},
  options: Parameters<typeof roundsHarness>[1] = {},
): Promise<ApiHarness> => {
  const rounds = await roundsHarness({}, options);
  const chain = scriptedChain();
  const events = memoryEvents();
  const { lines, log } = recordingLogger();
  const setCloses: SimulatedCloseRequest[] = [];
  const api = createApi({
    ...rounds.deps,
    events,
    log,
    intake: rounds.intake,
    chains: [chain],
    policy: DEFAULT_POLICY,
    registry: new Registry(),
    chance: () => 0.5,
    simulation: {
      setClose: (request) => Promise.resolve(setCloses.push(request)),
    },
    ...change,
  });
  const ask = asking(api);
  return {
    api,
    rounds,
    chain,
    events,
    logged: lines,
    setCloses,
    ask,
    async player(micro) {
      const id = (await ask("POST", "/users", { json: {} })).at("id") ?? "";
      if (micro !== undefined)
        await ask("POST", "/simulate/deposit_webhook", {
          json: { userId: id, amountMicroUsdc: micro, tx: randomUUID() },
        });
      return id;
    },
    async moveTo(instant) {
      await rounds.scratch.setClock(instant);
      events.publish({ type: "clock.moved" });
      await advanceRounds({ ...rounds.deps, events }, { by: rounds.by });
    },
    async [Symbol.asyncDispose]() {
      api.close();
      await rounds[Symbol.asyncDispose]();
    },
  };
};
