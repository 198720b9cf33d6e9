import type { ApiApp } from "../api-env.ts";
import { rateRule } from "../limits/rate-group.ts";
import { BEARER, declareDoor } from "./declare-door.ts";
import { declareHeaders } from "./declare-headers.ts";

const DESCRIPTION = `
Bet whether a market's official close will be above the previous session's close. Every session of the exchange is one
round; those on the right side share the losing pool.

* **Money** is a string of digits in micro-USDC (1 USDC = 1000000); the names of such fields end in \`MicroUsdc\`. Input
  may also be a JSON integer up to 2^50. There are no fractions.
* **Times** are RFC 3339 in UTC. **Ids** are UUIDs. A round's **code** is the date of its closing session, \`YYYYMMDD\`.
* **Errors** are \`application/problem+json\` (RFC 9457). Look at \`code\`; GET /problems lists them all.
* **Again, but once:** POST /bets, /withdrawals and held-uses need an \`Idempotency-Key\`, others take one where they say so: not
  what hands out credentials, which are not kept. The same key and body get the first answer again, with
  \`Idempotency-Replayed: true\`; another body with the same key is refused. Only success uses a key up. Keys are their sender's
  own, on each route, and are kept for 24 hours; a bet's for as long as its round and the next one, those of withdrawals and of
  held money for good.
* **Lists** come in pages: pass \`nextCursor\` as \`cursor\`.
* **Polling** is cheap with \`If-None-Match\`; better still are the event streams.
* **Who asks:** \`Authorization: Bearer\` with an access token (POST /auth/sign-in) or an API key. Where a route needs none, it
  says so. What is not yours is answered as if it did not exist.
* Every answer carries \`X-Request-Id\`; name it when you report a problem. Yours is taken over if it is a UUID.
* Whatever is made up says so: \`simulated: true\`.
`.trim();

const TAGS = [
  { name: "Auth", description: "Registering, signing in and out, keys for programs" },
  { name: "Users", description: "Who bets, and what is theirs" },
  { name: "Bets", description: "Placing bets, and what became of them" },
  { name: "Rounds", description: "What can be bet on, now and before" },
  { name: "Markets", description: "Markets and the calendars they follow" },
  { name: "Events", description: "What happens, as it happens" },
  { name: "Money", description: "In, out, and how much there is" },
  { name: "Protection", description: "Limits, breaks, exclusion, and one's own history" },
  { name: "Simulation", description: "Standing in for the world: only where it is simulated" },
  { name: "Clock", description: "The one clock" },
  { name: "Health", description: "For operators and their machines" },
  { name: "Problems", description: "What can go wrong" },
];

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

/** The service's OpenAPI 3.1 document. Build it once, when every route is registered. */
export const openApiDocument = (app: ApiApp) => {
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Closebell", version: "1.0.0", description: DESCRIPTION },
    servers: [{ url: "/" }],
    tags: TAGS,
  });
  document.components = { ...document.components, securitySchemes: { bearer: BEARER } };
  for (const [path, item] of Object.entries(document.paths ?? {}))
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      declareDoor(operation);
      declareHeaders(operation, rateRule(method.toUpperCase(), path));
    }
  return document;
};
