import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { breakableProxy } from "../../packages/adapters/src/testing/breakable-proxy.ts";
import { describeWithRedis, scratchRedis } from "../../packages/database/src/testing/index.ts";
import { field, items, text } from "../infra/read-tree.ts";
import { clientOf, type Json } from "./http-client.ts";
import { eventually, runProgram } from "./run-program.ts";
import { type StoppingStage, stoppingStage } from "./stopping-stage.ts";

setDefaultTimeout(90_000);

let stage: StoppingStage;
beforeAll(async () => {
  stage = await stoppingStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const askedBy = (url: string) => {
  const nobody = clientOf(url);
  const codeOf = async (path: string, body: Json) => {
    const answer = await nobody.post(path, body, "key");
    return [answer.status, answer.body["code"]];
  };
  return {
    signIn: () => codeOf("/auth/sign-in", { email: "a@example.com", password: "wrong horse" }),
    withdraw: () => codeOf("/withdrawals", { amountMicroUsdc: "1", to: "0x1" }),
    read: async () => (await nobody.get("/rounds/current")).status,
    ready: async () => (await fetch(`${url}/health/ready`)).status,
    async health() {
      const health: unknown = await (await fetch(`${url}/health/components`)).json();
      const all = items(field(health, "components"));
      return text(
        field(
          all.find((one) => field(one, "name") === "rate-limits"),
          "status",
        ),
      );
    },
  };
};

const UNCOUNTED = [503, "OVERLOADED"];
const LIMIT = 20;

describeWithRedis("while the Redis that counts is gone", () => {
  test.each(["cut", "stall"] as const)(
    "nobody signs in or withdraws, bets are counted by the process, reads go on; then all is as before: %s",
    async (how) => {
      await using redis = await scratchRedis();
      await using proxy = await breakableProxy(redis.url);
      await using api = runProgram("apps/api/src/main.ts", [], {
        env: {
          PORT: "0",
          HOST: "127.0.0.1",
          DATABASE_URL: stage.url,
          REDIS_URL: proxy.url,
          RATE_LIMIT_BETS: String(LIMIT),
        },
      });
      const url = String((await api.logged("API started"))["url"]);
      const asked = askedBy(url);
      expect(await asked.signIn()).toEqual([401, "SIGN_IN_FAILED"]);
      expect(await asked.withdraw()).toEqual([401, "UNAUTHENTICATED"]);
      expect(await asked.health()).toBe("ok");

      await proxy[how]();
      await eventually("it is known", async () => (await asked.health()) === "degraded");
      expect(await asked.signIn()).toEqual(UNCOUNTED);
      expect(await asked.withdraw()).toEqual(UNCOUNTED);
      expect([await asked.read(), await asked.ready()]).toEqual([200, 200]);
      const bets = await stage.bets(LIMIT + 5, 1);
      const answers = await bets.send(url);
      const statuses = answers === "cut" ? [] : answers.map(([status]) => status);
      expect(statuses.toSorted((a, b) => a - b)).toEqual([
        ...Array.from({ length: LIMIT }, () => 201),
        ...Array.from({ length: 5 }, () => 429),
      ]);
      expect(await bets.placed()).toBe(LIMIT);

      // a connection that has lost what was sent on it does not come back
      await proxy.cut();
      await proxy.restore();
      await eventually("counted together again", async () => (await asked.signIn())[0] === 401);
      expect(await asked.withdraw()).toEqual([401, "UNAUTHENTICATED"]);
      expect(await asked.health()).toBe("ok");
    },
  );
});
