import { once } from "@closebell/database";
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ApiDeps } from "../api-deps.ts";
import type { ApiEnv } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";

/** What a route has made for its caller. */
interface Made<B> {
  readonly body: B;
  /** Where to read it again. */
  readonly location?: string;
  /** Known to the verb as made before, by whatever means. */
  readonly replayed?: boolean;
}

/** One request to a route that changes something. */
interface Asked<B> {
  readonly route: { readonly method: string; readonly path: string };
  /** The caller's Idempotency-Key, if it sent one. */
  readonly key: string | undefined;
  /** All that the request says, read: its body, and what its path names. */
  readonly body: unknown;
  /** Of the answer's body. */
  readonly schema: z.ZodType<B>;
  /** Does it, through the deps it is given and no others; they are those of one unit of work where there is a key. */
  make(deps: ApiDeps): Promise<Made<B>>;
}

const describe = (c: Context<ApiEnv>, made: Omit<Made<unknown>, "body">): void => {
  if (made.location !== undefined) c.header("Location", made.location);
  if (made.replayed === true) c.header("Idempotency-Replayed", "true");
};

/**
 * Does what a request asks for, and with a key only once per caller and route: sent again within 24 h it gets the first answer
 * again, with its headers. Only success uses a key up.
 * @throws DomainError IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_KEY_IN_USE, and what `make` throws
 */
export const answerOnce = async <B>(
  c: Context<ApiEnv>,
  { deps, settings }: ApiParts,
  { route, key, body, schema, make }: Asked<B>,
): Promise<B> => {
  if (key === undefined) {
    const made = await make(deps);
    describe(c, made);
    return made.body;
  }
  const request = {
    caller: c.env.caller.by.actor.id,
    route: `${route.method.toUpperCase()} ${route.path}`,
    key,
    body,
  };
  const { answer, replayed } = await once(deps, request, make, settings.patienceMs);
  const kept = z
    .object({
      body: z.unknown(),
      location: z.string().optional(),
      replayed: z.boolean().optional(),
    })
    .parse(answer);
  describe(c, {
    ...(kept.location !== undefined && { location: kept.location }),
    replayed: replayed || kept.replayed === true,
  });
  return schema.parse(kept.body);
};
