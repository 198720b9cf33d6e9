import type { Context } from "hono";
import { matchedRoutes } from "hono/route";

/** What the metrics and logs call a path that no route has, so that nobody can invent label values. */
const UNMATCHED = "unmatched";

/** The route that answers, as the document writes it (`/users/{userId}`): a label with few values. */
export const routeOf = (c: Context): string => {
  const last = matchedRoutes(c).findLast((route) => route.method !== "ALL");
  return last === undefined ? UNMATCHED : last.path.replaceAll(/:(\w+)/g, "{$1}");
};
