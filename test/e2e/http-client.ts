export type Json = Record<string, unknown>;

/** A client that knows nothing but HTTP, and what it sends to say who it is. */
export interface Client {
  readonly get: (path: string) => Promise<Reply>;
  readonly delete: (path: string) => Promise<Reply>;
  readonly post: (path: string, body: Json, key?: string) => Promise<Reply>;
  /** The same, with another credential. */
  as(credential: string): Client;
}

interface Reply {
  readonly status: number;
  readonly body: Json;
  readonly replayed: boolean;
}

export const clientOf = (url: string, credential?: string): Client => {
  const call = async (method: string, path: string, body?: Json, key?: string): Promise<Reply> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...(credential !== undefined && { Authorization: `Bearer ${credential}` }),
        ...(key !== undefined && { "Idempotency-Key": key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = text === "" ? {} : JSON.parse(text);
    return {
      status: response.status,
      body: typeof parsed === "object" && parsed !== null ? { ...parsed } : {},
      replayed: response.headers.get("Idempotency-Replayed") === "true",
    };
  };
  return {
    get: (path: string) => call("GET", path),
    delete: (path: string) => call("DELETE", path),
    post: (path: string, body: Json, key?: string) => call("POST", path, body, key),
    as: (other) => clientOf(url, other),
  };
};

/** The text called `name`. */
export const textOf = (value: Json, name: string): string => {
  const found = value[name];
  if (typeof found !== "string") throw new Error(`${name} is no text in ${JSON.stringify(value)}`);
  return found;
};

/** The object called `name`. */
export const objectOf = (value: Json, name: string): Json => {
  const found = value[name];
  if (typeof found !== "object" || found === null) {
    throw new Error(`${name} is no object in ${JSON.stringify(value)}`);
  }
  return { ...found };
};
