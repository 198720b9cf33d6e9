import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { FRESHNESS, notModified, revalidate } from "../middleware/revalidate.ts";
import { tvlSchema } from "../schemas/custody.ts";
import { jsonAnswer, problems } from "../schemas/problem.ts";

const tvlRoute = defineRoute({
  method: "get",
  path: "/tvl",
  "x-permission": "public",
  operationId: "getTvl",
  summary: "Total value locked",
  description: `What is held in custody less what is the house's own. ${FRESHNESS}`,
  tags: ["Money"],
  middleware: [revalidate],
  responses: { 200: jsonAnswer("The total.", tvlSchema), ...notModified, ...problems() },
});

export const tvlRoutes = (app: ApiApp, { reads, simulated }: ApiParts): void => {
  app.openapi(tvlRoute, async (c) =>
    c.json({ tvlMicroUsdc: String(await reads.tvl()), simulated: simulated.anyChain() }, 200),
  );
};
