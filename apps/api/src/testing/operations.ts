import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Api } from "../create-api.ts";
import { openApiDocument } from "../docs/openapi-document.ts";

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

type Document = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;
type Described = NonNullable<NonNullable<Document["paths"]>[string]["get"]>;

/** One route as the document describes it. */
export interface Operation {
  /** `GET /users/{userId}`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Described;
}

/** Every route of the document. */
export const operationsOf = ({ app }: Pick<Api, "app">): readonly Operation[] =>
  Object.entries(openApiDocument(app).paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((verb) => {
      const operation = item[verb];
      const method = verb.toUpperCase();
      return operation === undefined
        ? []
        : [{ name: `${method} ${path}`, method, path, operation }];
    }),
  );
