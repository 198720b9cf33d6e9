import { randomIds } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { DEFAULT_POLICY } from "@closebell/custody";
import { scriptedChain } from "@closebell/custody/testing";
import { openDatabase } from "@closebell/database";
import { permissionsOf } from "@closebell/identity";
import { identityParts } from "@closebell/identity/testing";
import { Registry } from "prom-client";
import { createApi } from "../create-api.ts";

const die = (): never => {
  process.kill(process.pid, "SIGKILL");
  throw new Error("not dead");
};

/** Counts the ids it makes, and does not survive the one called `point`. */
const mortalIds = (point: string) => {
  let made = 0;
  return {
    made: () => made,
    uuid() {
      made += 1;
      return point === `id-${made}` ? die() : randomIds.uuid();
    },
  };
};

const mortalApi = (url: string, userId: string, point: string) => {
  const ids = mortalIds(point);
  const events = memoryEvents();
  // whether its chain is simulated is asked once more when the withdrawal is presented, within the transaction
  const chain = new Proxy(scriptedChain(), {
    get(target, name, receiver) {
      if (point === "worked" && name === "simulated" && ids.made() === 2) die();
      return Reflect.get(target, name, receiver);
    },
  });
  return createApi({
    ...identityParts(),
    database: openDatabase({ url, max: 2 }),
    events: { ...events, publish: (event) => (point === "told" ? die() : events.publish(event)) },
    ids,
    log: silentLogger,
    oracles: {},
    chains: [chain],
    policy: DEFAULT_POLICY,
    registry: new Registry(),
    intake: {
      place: () => Promise.reject(new Error("no bets here")),
      waiting: () => 0,
      close: () => Promise.resolve(),
    },
    verifyCredential: () =>
      Promise.resolve({
        actor: { kind: "player", id: userId, name: userId },
        roles: ["player"],
        permissions: permissionsOf(["player"]),
        credential: {
          kind: "access-token",
          id: userId,
          expiresAt: null,
          provedAt: Temporal.Now.instant(),
        },
      }),
  });
};

/**
 * A process of the API that answers one withdrawal and kills itself: at the so-many-th id it makes, when the work is done and
 * nothing is committed, as it tells of what it has committed, or with the answer in its hands.
 */
const main = async ([url = "", userId = "", body = "", point = ""]: readonly string[]) => {
  const response = await mortalApi(url, userId, point).fetch(
    new Request("http://api.test/withdrawals", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Idempotency-Key": "mortal",
        Authorization: "Bearer mortal",
      },
      body,
    }),
  );
  await response.text();
  if (point === "answer") die();
  process.exit(response.status === 201 ? 0 : 1);
};

await main(process.argv.slice(2));
