import { expect, test } from "bun:test";
import { tpsOf } from "./pgbench.ts";

test("tps is read from what pgbench prints", () => {
  const printed = `latency average = 1.234 ms
initial connection time = 12.3 ms
tps = 5123.456789 (without initial connection time)
`;
  expect(tpsOf(printed)).toBe(5123.456789);
});

test("output without tps is an error", () => {
  expect(() => tpsOf("pgbench: error: connection failed")).toThrow("no tps");
});

test("no transaction done is none a second, and no tps is printed", () => {
  const printed = "number of transactions actually processed: 0\nnumber of failed transactions: 0";
  expect(tpsOf(printed)).toBe(0);
});
