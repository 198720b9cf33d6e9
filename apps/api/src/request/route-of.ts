import type { Permission } from "@closebell/identity";
import type { ApiApp } from "../api-env.ts";
import { type Door, permissionsAt } from "../doors/door.ts";
import type { Doors } from "../doors/doors-of.ts";
import { type RateRule, rateRule } from "../limits/rate-group.ts";
import { requestKind, type RequestKind } from "../load/request-kind.ts";

/** What the metrics and logs call a path that no route has, so that nobody can invent label values. */
const UNMATCHED = "unmatched";

/** The route that answers a request. */
export interface MatchedRoute {
  /** As the document writes it (`/users/{userId}`): a label with few values. */
  readonly name: string;
  /** Undefined where nobody said: closed. */
  readonly door: Door | undefined;
  /** The permissions of which its door asks for one; none where it is open, or takes whoever is known. */
  readonly needs: readonly Permission[];
  readonly kind: RequestKind;
  readonly rate: RateRule;
  /** The user the path names, if it does. */
  readonly userId: string | undefined;
}

const NONE: MatchedRoute = {
  name: UNMATCHED,
  door: "public",
  needs: [],
  kind: "watch",
  // whoever tries doors that are none is counted too
  rate: { group: "reads", mustBeCounted: false },
  userId: undefined,
};

type Route = Pick<ApiApp["routes"][number], "method" | "path">;

/** Finds the route that answers, with its door. What each is called is remembered. */
export const createRouteOf = ({ router }: Pick<ApiApp, "router">, doors: Doors) => {
  const known = new Map<Route, MatchedRoute>();
  const describe = (route: Route): MatchedRoute => {
    const seen = known.get(route);
    if (seen !== undefined) return seen;
    const door = doors.get(`${route.method} ${route.path}`);
    const name = route.path.replaceAll(/:(\w+)/g, "{$1}");
    const described = {
      name,
      door,
      needs: door === undefined ? [] : permissionsAt(door),
      kind: requestKind(route.method, name),
      rate: rateRule(route.method, name),
      userId: undefined,
    };
    known.set(route, described);
    return described;
  };
  return (method: string, path: string): MatchedRoute => {
    const [first] = router.match(method === "HEAD" ? "GET" : method, path)[0];
    if (first === undefined) return NONE;
    const [[, route], params] = first;
    const described = describe(route);
    const userId: unknown = Object.hasOwn(params, "userId") ? params["userId"] : undefined;
    return typeof userId === "string" ? { ...described, userId } : described;
  };
};
