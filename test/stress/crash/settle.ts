import { randomUUID } from "node:crypto";
import { randomIds, SYSTEM_ACTORS } from "../../../packages/context/src/index.ts";
import { memoryEvents, silentLogger } from "../../../packages/context/src/testing.ts";
import { databaseClock, openDatabase } from "../../../packages/database/src/index.ts";
import { byTwo } from "../../../packages/database/src/testing/by-two.ts";
import { advanceRounds, settleRound } from "../../../packages/rounds/src/index.ts";
import { scriptedOracle } from "../../../packages/rounds/src/testing/scripted-oracle.ts";

// A process that settles: `settle.ts URL CODE UP|DOWN|VOID [N]` by hand, dying by its own hand when it is told of progress
// for the N-th time; `settle.ts URL advance` does what is due, over and over.
const [url = "", what = "", result, dieAt] = process.argv.slice(2);

const database = openDatabase({ url, applicationName: "settling" });
const deps = {
  database,
  events: memoryEvents(),
  ids: randomIds,
  log: silentLogger,
  oracles: { scripted: scriptedOracle({ clock: databaseClock(database) }) },
};
const by = { actor: SYSTEM_ACTORS.scheduler, requestId: randomUUID(), reason: "stress" };

if (what === "advance") {
  await advanceRounds(deps, { by });
} else {
  let told = 0;
  await byTwo(settleRound)(deps, {
    by,
    code: what,
    result: result === "UP" || result === "DOWN" ? result : "VOID",
    onProgress() {
      told += 1;
      if (String(told) === dieAt) process.kill(process.pid, "SIGKILL");
    },
  });
}
await database.close();
