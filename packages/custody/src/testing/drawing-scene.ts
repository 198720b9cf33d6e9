import { randomUUID } from "node:crypto";
import { DomainError, SYSTEM_ACTORS } from "@closebell/context";
import { ApprovalRequired } from "@closebell/database";
import { byTwo, errorOf } from "@closebell/database/testing";
import { HOUSE, balancesOf } from "@closebell/ledger";
import type { CustodyPolicy } from "../custody-policy.ts";
import { bookDrawings } from "../book-drawings.ts";
import type { DrawingAccount } from "../drawing.ts";
import { listDrawings } from "../list-drawings.ts";
import { by, custodyScene, outside, type Scene } from "./custody-scene.ts";
import { scriptedChain } from "./scripted-chain.ts";

/** The cold wallet of the house in tests of what is taken out of it. */
export const cold = outside(0xc01d);

/** Whom the owner pays. */
export const owner = outside(0x0e4);

/** A chain of real money. */
export const drawingScene = (policy: Partial<CustodyPolicy> = {}): Promise<Scene> =>
  custodyScene(scriptedChain({ simulated: false, coldWallet: cold }), policy);

/** As if rounds had earned it: out of what a new player has. */
const earn = async (scene: Scene, amount: bigint): Promise<void> => {
  const user = await scene.player(amount);
  await scene.scratch.owner.sql`
    select ledger.post_by_code(to_char(clock.now() at time zone 'UTC', 'YYYYMM')::int, 46::smallint, array[${randomUUID()}::uuid],
      array[${`user/${user}/available`}], array['house/fees'], array[${String(amount)}::bigint], ${user}::uuid, ${user}::uuid)`;
};

/** Pays the owner out of a wallet of the house; final and read when it returns. */
export const payOwner = async (
  scene: Scene,
  amount: bigint,
  { from = cold, to = owner }: { readonly from?: string; readonly to?: string } = {},
): Promise<string> => {
  const { tx } = scene.chain.pay(to, amount, { from });
  await scene.settle();
  return tx;
};

/** What the verb is given. */
export const drawingOf = (
  { chain }: Pick<Scene, "chain">,
  tx: string,
  account: DrawingAccount = HOUSE.fees,
) => ({ by, chain: chain.name, tx, account });

/** Books it, both people standing by. */
export const drawByTwo = (scene: Scene, tx: string, account?: DrawingAccount) =>
  byTwo(bookDrawings)(scene.deps, drawingOf(scene, tx, account));

/** What the house's accounts hold. */
export const houseHolds = async ({
  deps,
}: Scene): Promise<{ readonly fees: bigint; readonly capital: bigint }> => {
  const found = await balancesOf(deps.database.orm, [HOUSE.fees, HOUSE.capital]);
  return { fees: found.get(HOUSE.fees) ?? 0n, capital: found.get(HOUSE.capital) ?? 0n };
};

/** Another person. */
export const second = { ...by, actor: SYSTEM_ACTORS.migration, reason: "seen" };

/** What was booked, newest first. */
export const listed = async ({ deps }: Scene) => (await listDrawings(deps, { limit: 10 })).items;

/** What a refusal says, after its code. */
export const saidBy = async (work: Promise<unknown>): Promise<string> => {
  const error = await errorOf(work);
  return error instanceof DomainError ? `${error.code}: ${error.message}` : String(error);
};

/** Earned 30, put in 100. */
export const richScene = async (): Promise<Scene> => {
  const scene = await drawingScene();
  scene.chain.pay(cold, 100n);
  await earn(scene, 30n);
  await scene.settle();
  return scene;
};

/** The approval that is asked for. */
export const asked = async (work: Promise<unknown>): Promise<string> => {
  const error = await errorOf(work);
  if (error instanceof ApprovalRequired) return error.approvalId;
  throw error;
};
