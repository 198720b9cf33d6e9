// Settles one locked round, in a process of its own, as the scheduler or the command line would.
import { settleRound } from "@closebell/rounds";
import { createLogger, createRuntime } from "@closebell/runtime";
import { consentTo } from "../scene/consent.ts";
import { byOf, configFor } from "../scene/house.ts";
import { orderOf, settleOrder, tell } from "./messages.ts";

const { databaseUrl: url, market, code } = await orderOf(settleOrder);
const config = configFor(url);
const log = createLogger({ ...config, name: "settle" });
const runtime = await createRuntime({ config, log, place: { url }, name: "settle", queue: true });
const settle = () => settleRound(runtime, { by: byOf(), market, code, result: "UP" });
await consentTo(runtime, settle);
const began = performance.now();
const round = await settle();
const seconds = (performance.now() - began) / 1000;
tell({ seconds, state: round.state, peakBytes: process.resourceUsage().maxRSS * 1024 });
await runtime.stop();
process.exit();
