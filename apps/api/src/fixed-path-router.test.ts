import { expect, test } from "bun:test";
import fc from "fast-check";
import { TrieRouter } from "hono/router/trie-router";
import { FixedPathRouter } from "./fixed-path-router.ts";

const METHODS = ["GET", "POST", "ALL"];
const PATHS = [
  "/",
  "/rounds",
  "/rounds/current",
  "/rounds/:code",
  "/rounds/*",
  "*",
  "/rounds/:code/evidence",
];
const ASKED = [
  "/",
  "/rounds",
  "/rounds/current",
  "/rounds/20261123",
  "/rounds/current/evidence",
  "/none",
];

test("it matches what the trie matches, in the same order, however often it is asked and whatever is added between", () => {
  const route = fc.record({ method: fc.constantFrom(...METHODS), path: fc.constantFrom(...PATHS) });
  const ask = fc.record({
    method: fc.constantFrom("GET", "POST", "PUT"),
    asked: fc.constantFrom(...ASKED),
  });
  fc.assert(
    fc.property(fc.array(fc.oneof(route, ask), { maxLength: 60 }), (steps) => {
      const router = new FixedPathRouter<number>();
      const trie = new TrieRouter<number>();
      steps.forEach((step, n) => {
        if ("path" in step) {
          router.add(step.method, step.path, n);
          trie.add(step.method, step.path, n);
        } else {
          expect(router.match(step.method, step.asked)).toEqual(
            trie.match(step.method, step.asked),
          );
        }
      });
    }),
  );
});
