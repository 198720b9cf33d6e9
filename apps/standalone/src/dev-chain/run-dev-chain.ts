import { runService } from "../run-service.ts";
import { fundPlayers } from "./fund-players.ts";
import { guide } from "./guide.ts";
import { openDevChain } from "./open-dev-chain.ts";

/**
 * Runs the service as a sandbox with a chain of its own beside it, and two users whose money came in on that chain. Nothing
 * of it is left when it stops.
 */
export const runDevChain = (): Promise<void> =>
  runService({
    sandbox: true,
    async beside(started) {
      const chain = await openDevChain(started);
      return {
        config: chain.config,
        admin: chain.admin,
        async welcome({ runtime, url, access }) {
          const [ann, bob] = await fundPlayers(runtime, chain, ["ann", "bob"]);
          if (ann === undefined || bob === undefined) throw new Error("There are no players.");
          const operatorKey = access.sandbox?.credentials.OPERATOR_KEY ?? "";
          return guide({ runtime, chain, url, ann, bob, operatorKey });
        },
      };
    },
  });
