import { randomUUID } from "node:crypto";
import type { Logger } from "@closebell/context";
import { memoryEvents } from "@closebell/context/testing";
import { scriptedChain, type ScriptedChain } from "@closebell/custody/testing";
import { roundsHarness, type RoundsHarness } from "@closebell/rounds/testing";
import { advanceRounds } from "@closebell/rounds";
import { Registry } from "prom-client";
import type { ApiDeps, SimulatedCloseRequest } from "../api-deps.ts";
import { createApi, type Api } from "../create-api.ts";
import { openApiDocument } from "../docs/openapi-document.ts";
import { conformanceTo } from "./conformance.ts";

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** An answer, read. `json` has `at`, since tests know what they look for. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The value under `path` ("open.code", "items.0.id"), as text; undefined where there is none. */
  at(path: string): string | undefined;
  json(): unknown;
}

export interface ApiHarness extends AsyncDisposable {
  readonly api: Api;
  readonly rounds: RoundsHarness;
  readonly chain: ScriptedChain;
  readonly events: ReturnType<typeof memoryEvents>;
  readonly logged: readonly LogLine[];
  readonly setCloses: readonly SimulatedCloseRequest[];
  /** Sends a request; the answer must be one that the OpenAPI document declares. */
  ask(method: string, path: string, init?: AskInit): Promise<Answer>;
  /** A user made and funded over HTTP. */
  player(micro?: string): Promise<string>;
  /** Moves the sandbox's clock and does what is due. */
  moveTo(instant: string): Promise<void>;
}

export interface AskInit {
  readonly json?: unknown;
  readonly body?: string | ReadableStream<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
}

const valueAt = (root: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((value, key) => {
    if (typeof value !== "object" || value === null) return undefined;
    return Object.entries(value).find(([name]) => name === key)?.[1];
  }, root);

const readAnswer = async (response: Response): Promise<Answer> => {
  const text = await response.text();
  const json = (): unknown => JSON.parse(text);
  return {
    status: response.status,
    headers: response.headers,
    text,
    json,
    at(path) {
      const value = valueAt(json(), path);
      return typeof value === "string" ? value : JSON.stringify(value);
    },
  };
};

const recorder = () => {
  const lines: LogLine[] = [];
  const at = (level: LogLine["level"]) => (fields: object, message: string) => {
    lines.push({ level, fields: { ...fields }, message });
  };
  const log: Logger = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
  return { lines, log };
};

/** The API on a scratch database with real rooms, a scripted price source and a scripted chain. */
export const apiHarness = async (
  change: Partial<ApiDeps> = {},
  options: Parameters<typeof roundsHarness>[1] = {},
): Promise<ApiHarness> => {
  const rounds = await roundsHarness({}, options);
  const chain = scriptedChain();
  const events = memoryEvents();
  const { lines, log } = recorder();
  const setCloses: SimulatedCloseRequest[] = [];
  const api = createApi({
    ...rounds.deps,
    events,
    log,
    intake: rounds.intake,
    chains: [chain],
    registry: new Registry(),
    chance: () => 0.5,
    simulation: {
      setClose: (request) => Promise.resolve(setCloses.push(request)),
    },
    ...change,
  });
  const conformance = conformanceTo(openApiDocument(api.app));
  const ask: ApiHarness["ask"] = async (method, path, init = {}) => {
    const headers = new Headers(init.headers);
    if (init.json !== undefined) headers.set("Content-Type", "application/json");
    const body = init.json === undefined ? init.body : JSON.stringify(init.json);
    const url = new URL(path, "http://api.test");
    const response = await api.fetch(
      new Request(url.href, { method, headers, ...(body !== undefined && { body }) }),
    );
    const answer = await readAnswer(response);
    conformance.check(method, url.pathname, answer);
    return answer;
  };
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
      await advanceRounds({ ...rounds.deps, events }, { by: rounds.by });
    },
    async [Symbol.asyncDispose]() {
      api.close();
      await rounds[Symbol.asyncDispose]();
    },
  };
};
