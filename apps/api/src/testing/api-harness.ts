import { randomUUID } from "node:crypto";
import { memoryEvents } from "@closebell/context/testing";
import { DEFAULT_POLICY } from "@closebell/custody";
import { scriptedChain, type ScriptedChain } from "@closebell/custody/testing";
import { deliverMail, type Mail, type Role } from "@closebell/identity";
import { memoryMailer, testIdentity } from "@closebell/identity/testing";
import { roundsHarness, type RoundsHarness } from "@closebell/rounds/testing";
import { advanceRounds } from "@closebell/rounds";
import { Registry } from "prom-client";
import type { ApiDeps, SimulatedCloseRequest } from "../api-deps.ts";
import { createApi, type Api } from "../create-api.ts";
import { verifierOf } from "../doors/verify-credential.ts";
import { asking, askingAs, type Ask } from "./asking.ts";
import { recordingLogger, type LogLine } from "./recording-logger.ts";
import { scriptedCredentials, type ScriptedCredentials } from "./scripted-credentials.ts";

export interface ApiHarness extends AsyncDisposable {
  readonly api: Api;
  readonly rounds: RoundsHarness;
  readonly chain: ScriptedChain;
  readonly events: ReturnType<typeof memoryEvents>;
  readonly logged: readonly LogLine[];
  readonly setCloses: readonly SimulatedCloseRequest[];
  readonly credentials: ScriptedCredentials;
  /**
   * Sends a request as an integrator who acts for users; the answer must be one that the OpenAPI document declares.
   */
  readonly ask: Ask;
  /** The same, as somebody with this role and no other; as nobody for null. */
  as(role: Role | null): Ask;
  /** The same, as that player. */
  asUser(userId: string): Ask;
  /** Delivers what is to be mailed, and gives the token of the last letter to that address. */
  mailedTo(address: string): Promise<string>;
  /** Delivers what is to be mailed, and gives every letter to that address, oldest first. */
  lettersTo(address: string): Promise<readonly Mail[]>;
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
  const credentials = scriptedCredentials();
  const identity = testIdentity(rounds.deps.database);
  const prove = verifierOf(identity);
  const mailer = memoryMailer();
  const setCloses: SimulatedCloseRequest[] = [];
  const api = createApi({
    ...rounds.deps,
    ...identity,
    events,
    log,
    intake: rounds.intake,
    chains: [chain],
    policy: DEFAULT_POLICY,
    registry: new Registry(),
    chance: () => 0.5,
    verifyCredential: (credential) => credentials.find(credential) ?? prove(credential),
    simulation: {
      setClose: (request) => Promise.resolve(setCloses.push(request)),
    },
    ...change,
  });
  const lettersTo = async (address: string): Promise<readonly Mail[]> => {
    await deliverMail({ ...identity, mailer });
    return mailer.sent.filter(({ to }) => to === address);
  };
  const ask = asking(api, credentials.issue({ roles: ["admin"] }));
  return {
    api,
    rounds,
    chain,
    events,
    logged: lines,
    setCloses,
    credentials,
    ask,
    as: (role) => askingAs(ask, role === null ? null : credentials.issue({ roles: [role] })),
    asUser: (userId) => askingAs(ask, credentials.issue({ roles: ["player"], userId })),
    async player(micro) {
      const id = (await ask("POST", "/users", { json: {} })).at("id") ?? "";
      if (micro !== undefined)
        await ask("POST", "/simulate/deposit_webhook", {
          json: { userId: id, amountMicroUsdc: micro, tx: randomUUID() },
        });
      return id;
    },
    async mailedTo(address) {
      const letters = (await lettersTo(address)).map(({ text }) => text).join("\n");
      return letters.match(/cb_mail_[\w-]+/g)?.at(-1) ?? "";
    },
    lettersTo,
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
