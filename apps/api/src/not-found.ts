import { DomainError } from "@closebell/context";
import type { Context } from "hono";
import { TrieRouter } from "hono/router/trie-router";
import type { ApiApp, ApiEnv } from "./api-env.ts";
import { problemResponse } from "./problem.ts";

const methodsByPath = (app: ApiApp): TrieRouter<string> => {
  const router = new TrieRouter<string>();
  const seen = new Set<string>();
  for (const { method, path } of app.routes) {
    const key = `${method} ${path}`;
    if (method === "ALL" || seen.has(key)) continue;
    seen.add(key);
    router.add("ALL", path, method);
  }
  return router;
};

const allowed = (router: TrieRouter<string>, path: string): string[] => {
  const methods = new Set(router.match("ALL", path)[0].map(([method]) => method));
  if (methods.has("GET")) methods.add("HEAD");
  return [...methods].toSorted();
};

/** 405 with Allow where the path has a route for another method, 404 otherwise. Call it when all routes are registered. */
export const notFoundHandler = (app: ApiApp): ((c: Context<ApiEnv>) => Response) => {
  const router = methodsByPath(app);
  return (c) => {
    const methods = allowed(router, c.req.path);
    const refusal =
      methods.length > 0
        ? new DomainError(
            "METHOD_NOT_ALLOWED",
            `This path takes ${methods.join(", ")}, not ${c.req.method}.`,
          )
        : new DomainError("ROUTE_NOT_FOUND", "There is nothing here. See /docs for what there is.");
    c.env.refusal = refusal;
    return problemResponse(c, refusal, methods.length > 0 ? { Allow: methods.join(", ") } : {});
  };
};
