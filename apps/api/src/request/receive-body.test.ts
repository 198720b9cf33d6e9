import { expect, test } from "bun:test";
import { countingIds } from "@closebell/context/testing";
import { createConcurrencyLimit } from "../limits/limit-concurrency.ts";
import type { RequestKind } from "../load/request-kind.ts";
import { createReceiveBody } from "./receive-body.ts";
import { requestContext } from "./request-context.ts";

const scene = () => {
  const limited = () => undefined;
  const receiveBody = createReceiveBody(
    createConcurrencyLimit({ name: "bodies", quota: 1, limited }),
  );
  const context = requestContext(new Headers(), countingIds(), () => "192.0.2.1");
  return (kind: RequestKind, request: Request) => receiveBody(request, context, kind);
};

const post = (body: string | ReadableStream<Uint8Array>, length?: number) =>
  new Request("http://api.test/", {
    method: "POST",
    body,
    ...(length !== undefined && { headers: { "Content-Length": String(length) } }),
  });

const endless = () => new ReadableStream<Uint8Array>();

test("a bet's body is not waited for, nor one that nobody reads or that is none", () => {
  const receive = scene();
  expect(receive("batched", post("x", 1_024))).toBeUndefined();
  expect(receive("watch", post(endless()))).toBeUndefined();
  expect(receive("work", post("", 0))).toBeUndefined();
  expect(receive("work", new Request("http://api.test/", { method: "DELETE" }))).toBeUndefined();
  expect(receive("work", new Request("http://api.test/"))).toBeUndefined();
  expect(receive("batched", post("x", 1_025))).toBeFunction();
  expect(receive("work", post("x", 1))).toBeFunction();
});

test("what is there waits for nothing, however many come at once", async () => {
  const receive = scene();
  const all = Array.from({ length: 50 }, (_, n) => receive("work", post(`body ${n}`, 7))?.());
  const texts = await Promise.all(all.map(async (one) => (await one)?.text()));
  expect(texts).toEqual(texts.map((_, n) => `body ${n}`));
});

test("of those that wait a network has so many", async () => {
  const receive = scene();
  void receive("batched", post(endless()))?.();
  expect(receive("work", post("x", 1))?.()).rejects.toMatchObject({ code: "RATE_LIMITED" });
});

test("a length that is too large is refused at once, on any route", () => {
  const receive = scene();
  for (const kind of ["work", "batched", "watch"] as const)
    expect(() => receive(kind, post("x", 65_537))).toThrow(
      expect.objectContaining({ code: "PAYLOAD_TOO_LARGE" }),
    );
});
