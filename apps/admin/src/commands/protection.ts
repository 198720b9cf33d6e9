import {
  blockUser,
  protectionOf,
  returnToPlay,
  unblockUser,
  type Protection,
} from "@closebell/protection";
import type { Session } from "../session.ts";
import { protectionJson, protectionText } from "../present/protection.ts";
import type { AddCommand } from "../program.ts";

const protecting =
  (
    name: string,
    summary: string,
    description: string,
    verb: (session: Session, userId: string) => Promise<Protection>,
  ): AddCommand =>
  (program, cli) => {
    program
      .command(name)
      .summary(summary)
      .description(description)
      .requiredOption("--user <id>", "which player")
      .action(({ user }) =>
        cli.run(async (session) => {
          const protection = await verb(session, user);
          return { json: protectionJson(protection), text: protectionText(protection) };
        }),
      );
  };

export const protectionCommand = protecting(
  "protection",
  "a player's limits, and what keeps him from betting",
  "Shows the limits a player has set, with what is used of them, and breaks, exclusions and blocks that stand.",
  ({ runtime }, userId) => protectionOf(runtime, { userId }),
);

export const blockCommand = protecting(
  "block",
  "refuse a player's bets",
  "Refuses a player's bets and holds what he deposits, until the block is lifted. Withdrawals go on.",
  ({ runtime, by }, userId) => blockUser(runtime, { by, userId }),
);

export const unblockCommand = protecting(
  "unblock",
  "lift a block",
  "Lifts the block of a player. Breaks and exclusions that he took himself stand.",
  ({ runtime, by }, userId) => unblockUser(runtime, { by, userId }),
);

export const returnCommand = protecting(
  "return",
  "write down that an excluded player asked to play again",
  "Ends a self-exclusion 24 hours from now, once its term is over and the player has asked, by telephone or in person: say in the reason how.",
  ({ runtime, by }, userId) => returnToPlay(runtime, { by, userId }),
);
