import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { z } from "zod";
import type { ApiEnv } from "../api-env.ts";
import { invalidInput } from "../on-invalid.ts";

// as the framework has it, which reads all other bodies
const JSON_TYPE = /^application\/([a-z-.]+\+)?json(;\s*[a-z0-9-]+=[^;]+)*$/i;

const parsed = async (c: Context<ApiEnv>): Promise<unknown> => {
  const type = c.req.raw.headers.get("content-type");
  if (type === null || type === "") {
    // without a type there must be no body either
    if ((await c.req.text()) === "") return {};
    throw new HTTPException(415);
  }
  if (!JSON_TYPE.test(type)) throw new HTTPException(415);
  try {
    return await c.req.raw.json();
  } catch (cause) {
    throw new HTTPException(400, { cause });
  }
};

/**
 * The body as `schema` has it. What the framework does for a declared body, in one synchronous pass: its own way through
 * copied headers and promises costs as much as all the rest of a bet's request.
 * @throws HTTPException 415, 400; DomainError by `schema`
 */
export const readJson = async <S extends z.ZodType>(
  c: Context<ApiEnv>,
  schema: S,
): Promise<z.output<S>> => {
  const input = await parsed(c);
  const result = schema.safeParse(input);
  if (!result.success) throw invalidInput("json", result.error, input);
  return result.data;
};
