/**
 * What a request costs. `watch`: nothing, and whoever asks needs the answer most when all else fails. `polled`: answered from this
 * process's memory, by one read for all, and by so many reads at once. `batched`: waits with others for one statement that serves them all. `work`: takes a
 * connection to the database.
 */
export type RequestKind = "watch" | "polled" | "batched" | "work";

const KINDS: Readonly<Record<string, RequestKind>> = {
  "GET /health": "watch",
  "GET /health/ready": "watch",
  "GET /health/components": "watch",
  "GET /metrics": "watch",
  "GET /": "watch",
  "GET /favicon.ico": "watch",
  "GET /docs": "watch",
  "GET /docs/scalar.js": "watch",
  "GET /openapi.json": "watch",
  "GET /problems": "watch",
  "GET /problems/{code}": "watch",
  "GET /rounds/current": "polled",
  "GET /rounds/{code}": "polled",
  "GET /quote": "polled",
  "GET /markets": "polled",
  "GET /markets/{code}": "polled",
  "GET /tvl": "polled",
  "GET /events": "polled",
  "GET /rounds/{code}/events": "polled",
  "POST /bets": "batched",
  "GET /users/{userId}/balance": "batched",
};

/** Of a route as the document writes it: whatever nobody thought of is work. */
export const requestKind = (method: string, route: string): RequestKind =>
  KINDS[`${method === "HEAD" ? "GET" : method} ${route}`] ?? "work";
