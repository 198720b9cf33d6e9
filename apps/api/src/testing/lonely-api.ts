import { DomainError, type EventBus } from "@closebell/context";
import { countingIds, memoryEvents } from "@closebell/context/testing";
import { DEFAULT_POLICY } from "@closebell/custody";
import { scriptedChain } from "@closebell/custody/testing";
import { openDatabase } from "@closebell/database";
import { identityParts } from "@closebell/identity/testing";
import { Registry } from "prom-client";
import type { ApiDeps } from "../api-deps.ts";
import { createApi, type Api } from "../create-api.ts";
import { asking, askingAs, type Ask } from "./asking.ts";
import { recordingLogger, type LogLine } from "./recording-logger.ts";
import { scriptedCredentials, type ScriptedCredentials } from "./scripted-credentials.ts";

export interface LonelyApi extends AsyncDisposable {
  readonly api: Api;
  /** Sends requests as an administrator. */
  readonly ask: Ask;
  /** The same as that player, or as nobody for null. */
  asUser(userId: string | null): Ask;
  readonly credentials: ScriptedCredentials;
  readonly events: EventBus;
  readonly logged: readonly LogLine[];
  readonly registry: Registry;
}

/** The API without a database behind it: for what needs none, and for what happens when it is gone. */
export const lonelyApi = (change: Partial<ApiDeps> = {}): LonelyApi => {
  // Nothing listens on port 1.
  const database = openDatabase({ url: "postgres://someone:secret@127.0.0.1:1/closebell" });
  const events = memoryEvents();
  const { lines, log } = recordingLogger();
  const registry = new Registry();
  const credentials = scriptedCredentials();
  const api = createApi({
    ...identityParts(),
    database,
    events,
    ids: countingIds(),
    log,
    registry,
    oracles: {},
    chains: [scriptedChain()],
    policy: DEFAULT_POLICY,
    intake: {
      place: () => Promise.reject(new DomainError("OVERLOADED", "Too many bets are waiting.")),
      waiting: () => 0,
      close: () => Promise.resolve(),
    },
    chance: () => 0.5,
    verifyCredential: credentials.verify,
    simulation: { setClose: () => Promise.resolve() },
    ...change,
  });
  const ask = asking(api, credentials.issue({ roles: ["admin"] }));
  return {
    api,
    ask,
    credentials,
    asUser: (userId) =>
      askingAs(ask, userId === null ? null : credentials.issue({ roles: ["player"], userId })),
    events,
    logged: lines,
    registry,
    async [Symbol.asyncDispose]() {
      api.close();
      await database.close();
    },
  };
};
