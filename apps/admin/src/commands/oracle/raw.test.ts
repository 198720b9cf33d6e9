import { expect, test } from "bun:test";
import { rawText } from "./raw.ts";

test("each question is shown with its request, its hash and what came back", () => {
  const answers = [
    {
      asked: "2026-11-20",
      beganAt: "2026-11-20T21:05:00Z",
      request: { method: "GET", url: "https://a.example/x" },
      raw: '{"close":1}',
      hash: "ab12",
    },
    { asked: "2026-11-20", beganAt: "2026-11-20T21:05:01Z", request: null, raw: null, hash: null },
  ];
  expect(rawText({ source: "a", answers })).toEqual([
    '--- a GET https://a.example/x, 2026-11-20T21:05:00Z\nsha256 ab12\n{"close":1}',
    "--- a, 2026-11-20T21:05:01Z\nsha256 -\nnothing came back",
  ]);
});

test("evidence of before, which had no request, is shown as well", () => {
  const answers = [{ price: "1", asOf: "2026-11-20T21:00:00Z", raw: "x,1", hash: "cd" }];
  expect(rawText({ source: "file", answers })).toEqual([
    "--- file, 2026-11-20T21:00:00Z\nsha256 cd\nx,1",
  ]);
  expect(rawText({ source: "file", answers: null })).toEqual([]);
});
