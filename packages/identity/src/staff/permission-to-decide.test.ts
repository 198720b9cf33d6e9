import { expect, test } from "bun:test";
import { permissionsOf, type Role } from "../roles.ts";
import { mayDecide } from "./permission-to-decide.ts";

const MAY: readonly (readonly [action: string, roles: readonly Role[]])[] = [
  ["round.settle", ["operator"]],
  ["round.lock", ["operator"]],
  ["calendar.cancel", ["operator"]],
  ["transfer.correct", ["treasurer"]],
  ["withdrawal.approve", ["treasurer"]],
  ["chain.draw", ["treasurer"]],
  ["unheard.of", []],
  ["", []],
];

test.each(MAY)("%s is decided about by %j alone", (action, roles) => {
  const all: readonly Role[] = ["player", "support", "operator", "treasurer", "admin"];
  expect(all.filter((role) => mayDecide(permissionsOf([role]), action))).toEqual([...roles]);
});
