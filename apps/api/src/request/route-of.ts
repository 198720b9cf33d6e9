import type { ApiApp } from "../api-env.ts";

/** What the metrics and logs call a path that no route has, so that nobody can invent label values. */
const UNMATCHED = "unmatched";

/**
 * Tells the route that answers, as the document writes it (`/users/{userId}`): a label with few values, so that their
 * names are remembered.
 */
export const createRouteOf = ({ router }: Pick<ApiApp, "router">) => {
  const names = new Map<string, string>();
  const nameOf = (path: string): string => {
    const known = names.get(path);
    if (known !== undefined) return known;
    const name = path.replaceAll(/:(\w+)/g, "{$1}");
    names.set(path, name);
    return name;
  };
  return (method: string, path: string): string => {
    const matched = router.match(method === "HEAD" ? "GET" : method, path)[0];
    const last = matched.findLast(([[, route]]) => route.method !== "ALL");
    return last === undefined ? UNMATCHED : nameOf(last[0][1].path);
  };
};
