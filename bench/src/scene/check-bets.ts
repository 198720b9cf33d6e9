import { NotConserved } from "../stage.ts";
import type { House } from "./house.ts";

/** @throws NotConserved unless the books balance and every bet that was answered is there, none more than once */
export const checkBets = async (house: House, answered: number): Promise<void> => {
  await house.audit();
  const [row] = await house.sql<{ n: number }[]>`select count(*)::int as n from rounds.bet`;
  if (row?.n !== answered) {
    throw new NotConserved(`${answered} bets were answered, and ${row?.n ?? 0} are there`);
  }
};
