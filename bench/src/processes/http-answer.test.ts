import { expect, test } from "bun:test";
import { answerIn } from "./http-answer.ts";

const answer = 'HTTP/1.1 201 Created\r\nX-A: b\r\nContent-Length: 11\r\n\r\n{"ok":true}';

test("an answer is whole when its body is, however it comes in pieces", () => {
  for (let n = 0; n < answer.length; n += 1) {
    expect(answerIn(Buffer.from(answer.slice(0, n)))).toBeUndefined();
  }
  expect(answerIn(Buffer.from(answer))).toEqual({ status: 201 });
});

test("the length is found whatever its case and place", () => {
  const lower = "HTTP/1.1 503 Service Unavailable\r\ncontent-length:0\r\nx: y\r\n\r\n";
  expect(answerIn(Buffer.from(lower))).toEqual({ status: 503 });
});

test("what can't be counted is an error", () => {
  expect(() => answerIn(Buffer.from("HTTP/1.1 200 OK\r\n\r\n"))).toThrow("Content-Length");
  expect(() => answerIn(Buffer.from(`${answer}x`))).toThrow("more than one");
});
