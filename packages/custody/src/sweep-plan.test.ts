import { expect, test } from "bun:test";
import { destinationOf, excessOf } from "./sweep-plan.ts";

const room = { hot: 90n, cap: 100n, hotWallet: "hot", coldWallet: "cold" };

test("the hot wallet is filled to its cap and not above; the rest goes to the cold one, or nowhere", () => {
  expect(destinationOf(room, 10n)).toBe("hot");
  expect(destinationOf(room, 11n)).toBe("cold");
  expect(destinationOf({ ...room, coldWallet: undefined }, 11n)).toBeUndefined();
});

test("what is above the cap leaves where it is worth a transaction", () => {
  expect(excessOf({ ...room, hot: 100n }, 1n)).toBe(0n);
  expect(excessOf({ ...room, hot: 105n }, 5n)).toBe(5n);
  expect(excessOf({ ...room, hot: 105n }, 6n)).toBe(0n);
});
