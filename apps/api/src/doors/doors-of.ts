import type { ApiApp } from "../api-env.ts";
import { type Door, isDoor } from "./door.ts";

/** Every route's door, by `GET /users/:userId`. */
export type Doors = ReadonlyMap<string, Door>;

const declared = (app: ApiApp): Map<string, Door> => {
  const doors = new Map<string, Door>();
  for (const definition of app.openAPIRegistry.definitions) {
    if (definition.type !== "route") continue;
    const { method, path, ...rest } = definition.route;
    const door: unknown = rest["x-permission"];
    const name = `${method.toUpperCase()} ${path.replaceAll(/{(\w+)}/g, ":$1")}`;
    if (!isDoor(door)) throw new Error(`${name} does not say who may use it`);
    doors.set(name, door);
  }
  return doors;
};

/**
 * The doors of all routes of `app`, as their definitions declare them; `pages` are open and in no document.
 * @throws Error for a route that has none: what nobody thought of must not be served
 */
export const doorsOf = (app: ApiApp, pages: readonly string[]): Doors => {
  const doors = declared(app);
  for (const page of pages) doors.set(page, "public");
  for (const { method, path } of app.routes) {
    if (!doors.has(`${method} ${path}`)) throw new Error(`${method} ${path} has no door`);
  }
  return doors;
};
