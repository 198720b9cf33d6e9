import { expect, test } from "bun:test";
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { ApiEnv } from "../api-env.ts";
import { defineRoute } from "./door.ts";
import { doorsOf } from "./doors-of.ts";

const responses = { 200: { description: "Done." } };

test("doors are those of the definitions, and of the pages that have none", () => {
  const app = new OpenAPIHono<ApiEnv>();
  const path = "/things/{id}";
  const own = { own: "own:read" } as const;
  const route = defineRoute({ method: "get", path, "x-permission": own, responses });
  app.openapi(route, (c) => c.body(null, 200));
  app.get("/page", (c) => c.body(null, 200));
  expect([...doorsOf(app, ["GET /page"])]).toEqual([
    ["GET /things/:id", own],
    ["GET /page", "public"],
  ]);
});

test("a route that says not who may use it is not served", () => {
  const silent = new OpenAPIHono<ApiEnv>();
  const route = createRoute({ method: "get", path: "/things", responses });
  silent.openapi(route, (c) => c.body(null, 200));
  expect(() => doorsOf(silent, [])).toThrow("GET /things does not say who may use it");
  const wrong = new OpenAPIHono<ApiEnv>();
  const misspelt = createRoute({ ...route, "x-permission": { own: "own:reed" } });
  wrong.openapi(misspelt, (c) => c.body(null, 200));
  expect(() => doorsOf(wrong, [])).toThrow("does not say who may use it");
  const bare = new OpenAPIHono<ApiEnv>();
  bare.post("/things", (c) => c.body(null, 200));
  expect(() => doorsOf(bare, [])).toThrow("POST /things has no door");
});
