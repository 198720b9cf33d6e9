import { databaseClock } from "@closebell/database";
import { advanceRounds } from "../advance-rounds.ts";
import type { OracleDeps } from "../ask-source.ts";
import { getRound } from "../get-round.ts";
import type { Round } from "../types.ts";
import { roundsHarness, type RoundsHarness } from "./rounds-harness.ts";
import { scriptedOracle, type ScriptedClose, type ScriptedOracle } from "./scripted-oracle.ts";

/** A round with a bet on each side, locked on 2026-11-20, and scripted sources to settle it by. */
export interface SourceScene extends AsyncDisposable {
  readonly house: RoundsHarness;
  readonly deps: OracleDeps;
  /** The scripted source of that name. */
  source(name: string): ScriptedOracle;
  /** Moves the clock, and does what is due. @returns the round */
  advanceAt(instant: string): Promise<Round>;
}

/** What a source says of Thursday's close and of Friday's; a lone close stands for Friday's, Thursday's being 100. */
export type Script = ScriptedClose | readonly [ScriptedClose, ScriptedClose];

const CODE = "20261120";
const right = (price: string): ScriptedClose => ({ kind: "right", price });

const scriptOf = (script: Script): Readonly<Record<string, ScriptedClose>> => {
  const [previous, close] = "kind" in script ? [right("100"), script] : script;
  return { "2026-11-19": previous, "2026-11-20": close };
};

/** @param scripts what each source says, under its name; all of them settle unless `settings` say otherwise */
export const sourceScene = async (
  scripts: Readonly<Record<string, Script>>,
  settings: Parameters<typeof roundsHarness>[0] = {},
  options: { readonly auditOnly?: readonly string[] } = {},
): Promise<SourceScene> => {
  const { auditOnly = [] } = options;
  const names = Object.keys(scripts).filter((name) => !auditOnly.includes(name));
  const house = await roundsHarness({ sources: names, auditSources: auditOnly, ...settings });
  const clock = databaseClock(house.deps.database);
  const oracles = Object.fromEntries(
    Object.entries(scripts).map(([name, script]) => [
      name,
      scriptedOracle({
        clock,
        name,
        closes: scriptOf(script),
        auditOnly: auditOnly.includes(name),
      }),
    ]),
  );
  const deps: OracleDeps = { ...house.deps, oracles, callTimeoutMs: 200 };
  await advanceRounds(deps, { by: house.by });
  await house.bet(await house.user(100n), "UP", 100n);
  await house.bet(await house.user(100n), "DOWN", 100n);
  return {
    house,
    deps,
    source(name) {
      const found = oracles[name];
      if (found === undefined) throw new Error(`no source ${name} in this scene`);
      return found;
    },
    async advanceAt(instant) {
      await house.scratch.setClock(instant);
      await advanceRounds(deps, { by: house.by });
      return getRound(deps, { code: CODE });
    },
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  };
};
