import { expect, test } from "bun:test";
import { scriptedChain } from "@closebell/custody/testing";
import { askingAs } from "../testing/asking.ts";
import { type LonelyApi, lonelyApi } from "../testing/lonely-api.ts";

const PATHS = ["/simulate/deposit_webhook", "/simulate/close", "/simulate/clock"];

const statusesOf = async ({ api, credentials }: LonelyApi, role: "admin" | "player" | null) => {
  const credential = role === null ? null : credentials.issue({ roles: [role] });
  return Promise.all(
    PATHS.map(async (path) => {
      const headers = {
        "Content-Type": "application/json",
        ...(credential !== null && { Authorization: `Bearer ${credential}` }),
      };
      const request = new Request(`http://api.test${path}`, {
        method: "POST",
        headers,
        body: "{}",
      });
      return (await api.fetch(request)).status;
    }),
  );
};

test("where anything is simulated, nobody stands in for the world without the permission", async () => {
  await using lonely = lonelyApi({ sandbox: true });
  expect(await statusesOf(lonely, null)).toEqual([401, 401, 401]);
  expect(await statusesOf(lonely, "player")).toEqual([403, 403, 403]);
  expect(await statusesOf(lonely, "admin")).toEqual([422, 422, 422]);
});

test("with a real chain nobody makes up a deposit, and on real time nobody moves the clock", async () => {
  await using lonely = lonelyApi({ sandbox: false, chains: [scriptedChain({ simulated: false })] });
  const [deposit, , clock] = await statusesOf(lonely, "admin");
  expect([deposit, clock]).toEqual([404, 404]);
  const document = await askingAs(lonely.ask, null)("GET", "/openapi.json");
  expect(document.text).not.toContain("/simulate/clock");
  expect(document.text).not.toContain("/simulate/deposit_webhook");
});
