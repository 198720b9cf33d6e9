import type { Api } from "../create-api.ts";
import { openApiDocument } from "../docs/openapi-document.ts";
import { conformanceTo } from "./conformance.ts";

/** An answer, read. `json` has `at`, since tests know what they look for. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The value under `path` ("open.code", "items.0.id"), as text; undefined where there is none. */
  at(path: string): string | undefined;
  json(): unknown;
}

export interface AskInit {
  readonly json?: unknown;
  readonly body?: string | ReadableStream<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Who asks; null for nobody. */
  readonly credential?: string | null;
}

const valueAt = (root: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((value, key) => {
    if (typeof value !== "object" || value === null) return undefined;
    return Object.entries(value).find(([name]) => name === key)?.[1];
  }, root);

/** All of it; of a stream, which may have no end, how it begins. */
const textOf = async (response: Response): Promise<string> => {
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.startsWith("text/event-stream")) return response.text();
  const reader = response.body?.getReader();
  const begin = await reader?.read();
  await reader?.cancel();
  return new TextDecoder().decode(begin?.value);
};

const readAnswer = async (response: Response): Promise<Answer> => {
  const text = await textOf(response);
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

export type Ask = (method: string, path: string, init?: AskInit) => Promise<Answer>;

/** `ask`, by somebody else. */
export const askingAs =
  (ask: Ask, credential: string | null): Ask =>
  (method, path, init = {}) =>
    ask(method, path, { credential, ...init });

/** Sends requests to `api`, as `asker` if the request says no other. Every answer must be one that its OpenAPI document declares. */
export const asking = (api: Api, asker: string | null = null): Ask => {
  const conformance = conformanceTo(openApiDocument(api.app));
  return async (method, path, init = {}) => {
    const headers = new Headers(init.headers);
    const { credential = asker } = init;
    if (credential !== null) headers.set("Authorization", `Bearer ${credential}`);
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
};
