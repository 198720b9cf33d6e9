import type { AddCommand } from "../program.ts";
import { advanceCommand } from "./advance.ts";
import { apiKeysCommand } from "./api-keys/index.ts";
import { approvalsCommand } from "./approvals/index.ts";
import { auditCommand } from "./audit.ts";
import { backupCommand } from "./backup.ts";
import { betCommand } from "./bet.ts";
import { calendarCommand } from "./calendar.ts";
import { chainCommand } from "./chain/index.ts";
import { clockCommand } from "./clock.ts";
import { correctCommand } from "./correct.ts";
import { depositCommand } from "./deposit.ts";
import { holdCommand } from "./hold.ts";
import { keysCommand } from "./keys.ts";
import { lockRoundCommand } from "./lock-round.ts";
import { loginCommand } from "./login.ts";
import { marketsCommand } from "./markets.ts";
import { migrateCommand } from "./migrate.ts";
import { oracleCommand } from "./oracle/index.ts";
import { openRoundCommand } from "./open-round.ts";
import { pauseCommand } from "./pause.ts";
import { blockCommand, protectionCommand, returnCommand, unblockCommand } from "./protection.ts";
import { releaseCommand } from "./release.ts";
import { replayCommand } from "./replay.ts";
import { restoreCommand } from "./restore.ts";
import { resumeCommand } from "./resume.ts";
import { roundsCommand } from "./rounds.ts";
import { seedCommand } from "./seed.ts";
import { settleRoundCommand } from "./settle-round.ts";
import { staffCommand } from "./staff/index.ts";
import { statementCommand } from "./statement.ts";
import { trialBalanceCommand } from "./trial-balance.ts";
import { tvlCommand } from "./tvl.ts";
import { usersCommand } from "./users.ts";
import { whoamiCommand } from "./whoami.ts";
import { withdrawCommand } from "./withdraw.ts";

const group =
  (heading: string, commands: readonly AddCommand[]): AddCommand =>
  (program, cli) => {
    program.commandsGroup(heading);
    for (const add of commands) add(program, cli);
  };

/** Every command, as the help groups them. */
export const COMMANDS: readonly AddCommand[] = [
  group("Rounds:", [
    roundsCommand,
    openRoundCommand,
    lockRoundCommand,
    settleRoundCommand,
    pauseCommand,
    resumeCommand,
    holdCommand,
    releaseCommand,
    advanceCommand,
    marketsCommand,
    oracleCommand,
    calendarCommand,
  ]),
  group("Users and money:", [
    usersCommand,
    seedCommand,
    betCommand,
    depositCommand,
    withdrawCommand,
    protectionCommand,
    blockCommand,
    unblockCommand,
    returnCommand,
    statementCommand,
    tvlCommand,
  ]),
  group("Chain:", [chainCommand]),
  group("Books:", [auditCommand, trialBalanceCommand, correctCommand]),
  group("People:", [
    loginCommand,
    whoamiCommand,
    approvalsCommand,
    staffCommand,
    apiKeysCommand,
    keysCommand,
  ]),
  group("Database:", [migrateCommand, clockCommand, backupCommand, restoreCommand]),
  group("Simulation:", [replayCommand]),
];
