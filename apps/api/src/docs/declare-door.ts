import type { ErrorCode } from "@closebell/context";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { isDoor, permissionsAt } from "../doors/door.ts";
import { refusalsBy } from "../schemas/problem.ts";

type Document = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;
type PathItem = NonNullable<Document["paths"]>[string];
type Operation = NonNullable<PathItem["get"]>;

/** The one way in: beside it no route has another. */
export const BEARER = {
  type: "http",
  scheme: "bearer",
  description:
    "An access token (POST /auth/sign-in) or an API key. What a route needs is its `x-permission`: `own` for what is the " +
    "caller's own, `any` for anybody's.",
} as const;

const withCodes = (operation: Operation, ...codes: readonly ErrorCode[]): void => {
  const { responses } = operation;
  if (responses === undefined) return;
  for (const [status, declared] of Object.entries(refusalsBy(codes))) {
    const type = "application/problem+json";
    const had = responses[status];
    const { examples } = declared.content[type];
    responses[status] = {
      description: [had?.description, declared.description].filter(Boolean).join("\n\n"),
      content: {
        [type]: {
          schema: { $ref: "#/components/schemas/Problem" },
          examples: { ...had?.content?.[type]?.examples, ...examples },
        },
      },
    };
  }
};

/** Says in the document who may use a route, and how anybody else is answered. */
export const declareDoor = (operation: Operation): void => {
  const door: unknown = operation["x-permission"];
  if (!isDoor(door)) return;
  const permissions = permissionsAt(door);
  if (door === "public") operation.security = [];
  else if (permissions.length === 0) operation.security = [{ bearer: [] }];
  else operation.security = permissions.map((permission) => ({ bearer: [permission] }));
  if (door === "public") return;
  withCodes(
    operation,
    "UNAUTHENTICATED",
    ...(permissions.length > 0 ? ["FORBIDDEN" as const] : []),
  );
};
