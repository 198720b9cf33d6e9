import type { Client } from "@closebell/identity";
import type { Context } from "hono";
import type { ApiEnv } from "../api-env.ts";

/** Who is at the other end, as attempts to sign in are counted and sessions are shown. */
export const clientOf = (c: Context<ApiEnv>): Client => ({
  address: c.env.address(),
  userAgent: c.req.header("User-Agent"),
});
