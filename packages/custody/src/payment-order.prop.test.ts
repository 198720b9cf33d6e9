import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import fc from "fast-check";
import type { PaymentOrder } from "./chain-sender.ts";
import { readOrder, usdcOf, writeOrder } from "./payment-order.ts";

const address = fc.string({ minLength: 1 });
const amount = fc.bigInt(1n, 2n ** 63n - 1n).map(microUsdc);
const whole = fc.bigInt(0n, 2n ** 256n - 1n);

const orders: fc.Arbitrary<PaymentOrder> = fc.oneof(
  fc.record({ kind: fc.constant("nothing" as const) }),
  fc.record({ kind: fc.constant("usdc" as const), to: address, amount }),
  fc.record({ kind: fc.constant("gas" as const), to: address, wei: whole }),
  fc.record({
    kind: fc.constant("authorized" as const),
    authorization: fc.record({
      from: address,
      to: address,
      amount,
      validAfter: whole,
      validBefore: whole,
      nonce: address,
      signature: address,
    }),
  }),
);

test("an order comes back from JSON as it went in, to the last digit", () => {
  fc.assert(
    fc.property(orders, (order) => {
      const kept: unknown = JSON.parse(JSON.stringify(writeOrder(order)));
      expect(readOrder(kept)).toEqual(order);
      const moves = order.kind === "usdc" || order.kind === "authorized";
      expect(usdcOf(order) > 0n).toBe(moves);
    }),
  );
});

test("what is no order is not carried out", () => {
  for (const written of [null, "usdc", {}, { kind: "steal" }, { kind: "usdc", to: "0x" }]) {
    expect(() => readOrder(written)).toThrow("A payment's instruction");
  }
  expect(() => readOrder({ kind: "usdc", to: "0x", amount: "1.5" })).toThrow();
});
