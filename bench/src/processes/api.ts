// The API as a process of its own, with one of the builds behind POST /bets.
import { createApi, serveApi, startApi } from "@closebell/api";
import type { BetIntake } from "@closebell/rounds";
import { createLogger, createRuntime, type Runtime } from "@closebell/runtime";
import { Hono } from "hono";
import { constantIntake } from "../references/constant.ts";
import { perRequestIntake } from "../references/per-request.ts";
import { trusting } from "../references/trusting.ts";
import { configFor } from "../scene/house.ts";
import { apiOrder, type ApiOrder, orderOf, tell } from "./messages.ts";

const HOST = "127.0.0.1";

/** What any route costs that does nothing: Hono and Bun alone. */
const serveNoOp = (): number => {
  const app = new Hono().post("/bets", (c) => c.json({ ok: true }, 201));
  const server = Bun.serve({ hostname: HOST, port: 0, development: false, fetch: app.fetch });
  return server.port ?? 0;
};

const openRuntime = (url: string): Promise<Runtime> => {
  const config = { ...configFor(url), logLevel: "info" } as const;
  const log = createLogger({ ...config, name: "api" });
  return createRuntime({ config, log, place: { url }, name: "api", queue: true });
};

const intakeOf = ({ build, databaseUrl, connections }: ApiOrder): BetIntake =>
  build === "eight-statements" || build === "one-call"
    ? perRequestIntake(databaseUrl, build, connections)
    : constantIntake();

/** The same routes and middleware, with another verb behind POST /bets, and patience for those that wait long for a hot row. */
const serveSwapped = (runtime: Runtime, order: ApiOrder): number => {
  const { rateLimits } = runtime.config.http;
  const settings = { rateLimits, answerWithinMs: 120_000 };
  const api = createApi({ ...runtime, intake: intakeOf(order), settings });
  const { url } = serveApi(api, { port: 0, hostname: HOST });
  return Number(new URL(url).port);
};

/** The service without what stands before its routes: whoever names a user is taken for them, and nobody counts requests. */
const serveUnguarded = (runtime: Runtime): number => {
  const open = { principals: trusting(), settings: { rateLimits: undefined } };
  return startApi({ ...runtime, ...open }, runtime.config).port;
};

const serve = async (order: ApiOrder): Promise<number> => {
  if (order.build === "no-op") return serveNoOp();
  const runtime = await openRuntime(order.databaseUrl);
  if (order.build === "ours") return startApi(runtime, runtime.config).port;
  if (order.build === "unguarded") return serveUnguarded(runtime);
  return serveSwapped(runtime, order);
};

tell({ port: await serve(await orderOf(apiOrder)) });
process.on("disconnect", () => process.exit());
