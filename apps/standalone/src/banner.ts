import { databaseClock } from "@closebell/database";
import { currentRounds } from "@closebell/rounds";
import type { ClaimToken } from "@closebell/identity";
import type { Place, Runtime, SandboxCredentials } from "@closebell/runtime";

export interface BannerParts {
  readonly runtime: Runtime;
  readonly place: Place;
  readonly url: string;
  /** How commands are run that find this service. */
  readonly admin: string;
  readonly access: Access;
}

/** How to get in: ready-made for a sandbox; elsewhere a one-time token, as long as there is no admin. */
export interface Access {
  readonly sandbox?: { readonly file: string; readonly credentials: SandboxCredentials };
  readonly firstAdmin?: ClaimToken | null;
}

const ZONE = "America/New_York";

/** "Mon 2026-11-23 15:59:59 New York" */
const inNewYork = (instant: Temporal.Instant): string => {
  const local = instant.toZonedDateTimeISO(ZONE);
  const day = local.toLocaleString("en-US", { weekday: "short" });
  return `${day} ${local.toPlainDate().toString()} ${local.toPlainTime().toString({ smallestUnit: "second" })} New York`;
};

const roundLine = async (runtime: Runtime): Promise<string> => {
  const { open, opensNextAt } = await currentRounds(runtime, {});
  if (open !== null) {
    return `${open.market} ${open.code} takes bets until ${inNewYork(open.lockAt)}`;
  }
  return opensNextAt === null ? "none is scheduled yet" : `opens ${inNewYork(opensNextAt)}`;
};

const simulatedLines = ({ oracles, chains, screening }: Runtime): (readonly [string, string])[] => {
  const simulated = Object.values(oracles).some((oracle) => oracle.simulated);
  return [
    [
      "Prices",
      simulated ? "SIMULATED: made up, no market behind them" : Object.keys(oracles).join(", "),
    ],
    [
      "Chain",
      chains.every((chain) => chain.simulated)
        ? "SIMULATED: no real money moves"
        : chains.map((chain) => chain.name).join(", "),
    ],
    [
      "Players",
      screening.everybodyPasses
        ? "everybody passes the screening: nobody is asked"
        : "screened before they get a deposit address",
    ],
  ];
};

const dataLine = (place: Place): string =>
  place.dataDir === undefined ? "the PostgreSQL of DATABASE_URL" : place.dataDir;

const sandboxLines = async ({
  runtime,
  url,
}: BannerParts): Promise<(readonly [string, string])[]> => {
  const now = await databaseClock(runtime.database).now();
  return [
    ["Clock", `stands at ${inNewYork(now)} until you move it:`],
    ["", `curl -X POST ${url}/simulate/clock -H "authorization: Bearer $OPERATOR_KEY" \\`],
    ["", `     -H 'content-type: application/json' -d '{"advanceSeconds": 28800}'`],
    // its deposits are simulated
    ...(runtime.chains.every((chain) => chain.simulated)
      ? [
          [
            "First round",
            "README.md plays one in curl, from creating a user to the payout",
          ] as const,
        ]
      : []),
  ];
};

const accessLines = ({ access, admin }: BannerParts): (readonly [string, string])[] => {
  const { sandbox, firstAdmin } = access;
  if (sandbox !== undefined) {
    const { OPERATOR_KEY, SECOND_KEY, PLAYER_KEY, PLAYER_ID } = sandbox.credentials;
    return [
      ["Operator", OPERATOR_KEY],
      ["Second", `${SECOND_KEY}  approves what takes two people`],
      ["Player", `${PLAYER_KEY}  of ${PLAYER_ID}`],
      ["", `\`. ${sandbox.file}\` sets OPERATOR_KEY, SECOND_KEY, PLAYER_KEY and PLAYER_ID`],
    ];
  }
  if (firstAdmin == null) return [];
  return [
    [
      "First admin",
      `${admin} staff claim --name <your name> --email <your address> --token ${firstAdmin.token}`,
    ],
    ["", `once, until ${firstAdmin.expiresAt.toString({ smallestUnit: "second" })}`],
  ];
};

/** What somebody who has just started the service wants to know. */
export const banner = async (parts: BannerParts): Promise<string> => {
  const { runtime, place, url, admin } = parts;
  const lines: (readonly [string, string])[] = [
    ["API", url],
    ["Docs", `${url}/docs`],
    ["Health", `${url}/health/components`],
    ["Round", await roundLine(runtime)],
    ...simulatedLines(runtime),
    ["Data", dataLine(place)],
    ...accessLines(parts),
    ["Commands", `${admin} --help`],
    ...(runtime.sandbox ? await sandboxLines(parts) : []),
    ["Stop", "Ctrl-C"],
  ];
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  const title = runtime.sandbox ? "Closebell runs as a sandbox." : "Closebell is running.";
  const body = lines.map(([name, value]) => `  ${name.padEnd(width)}${value}`);
  return `\n${title}\n\n${body.join("\n")}\n\n`;
};
