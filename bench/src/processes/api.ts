// The API as a process of its own, with one of the builds behind POST /bets.
import { createApi, serveApi, startApi } from "@closebell/api";
import type { BetIntake } from "@closebell/rounds";
import { createLogger, createRuntime, type Runtime } from "@closebell/runtime";
import { Hono } from "hono";
import { constantIntake } from "../references/constant.ts";
import { perRequestIntake } from "../references/per-request.ts";
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

/** The same routes and middleware, with another verb behind POST /bets. */
const serveSwapped = (runtime: Runtime, order: ApiOrder): number => {
  const api = createApi({ ...runtime, intake: intakeOf(order) });
  const { url } = serveApi(api, { port: 0, hostname: HOST });
  return Number(new URL(url).port);
};

const serve = async (order: ApiOrder): Promise<number> => {
  if (order.build === "no-op") return serveNoOp();
  const runtime = await openRuntime(order.databaseUrl);
  if (order.build === "ours") return startApi(runtime, runtime.config).port;
  return serveSwapped(runtime, order);
};

tell({ port: await serve(orderOf(apiOrder)) });
process.on("disconnect", () => process.exit());
