import { type Permission, PERMISSIONS } from "@closebell/identity";
import { createRoute, type RouteConfig } from "@hono/zod-openapi";

/**
 * Who may come through a route: anybody; or whoever is known and holds `own` (for what is the caller's own) or `any` (for
 * what is anybody's, or nobody's). With neither, whoever is known.
 */
export type Door = "public" | { readonly own?: Permission; readonly any?: Permission };

/** Declares a route, as `createRoute` does, with who may use it: the document says it and the API holds callers to it. */
export const defineRoute = <R extends RouteConfig & { "x-permission": Door }>(config: R) =>
  createRoute<R["path"], R>(config);

const isPermission = (value: unknown): boolean =>
  value === undefined || PERMISSIONS.some((permission) => permission === value);

/** Whether `value` is a door: what a document's `x-permission` holds is not typed. */
export const isDoor = (value: unknown): value is Door => {
  if (value === "public") return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(
    ([name, permission]) => (name === "own" || name === "any") && isPermission(permission),
  );
};

/** The permissions of which one is needed; none where the door is open or takes whoever is known. */
export const permissionsAt = (door: Door): readonly Permission[] =>
  door === "public" ? [] : [door.own, door.any].filter((one) => one !== undefined);
