import type { Screening, ScreeningAnswer } from "@closebell/protection";
import ky from "ky";
import { z } from "zod";
import { createHider } from "../connection/hide-secrets.ts";
import { secretsOfUrl } from "../connection/secrets-of-url.ts";

/** A check of documents takes minutes and happens elsewhere: this only asks how it stands. */
const TIMEOUT_MS = 5_000;
const RETRIES = 2;

const answer = z.discriminatedUnion("decision", [
  z.object({
    decision: z.literal("pass"),
    validUntil: z.iso.datetime({ offset: true }).nullish(),
  }),
  z.object({
    decision: z.literal("refuse"),
    reason: z.enum(["age", "country", "sanctions", "identity"]),
  }),
]);

export interface HttpScreeningOptions {
  /** Where to ask; https, unless it is this machine. */
  readonly url: string;
  /** Goes along as a bearer token. */
  readonly token?: string | undefined;
}

/**
 * Asks a service of the operator's: POST `{"userId": "…"}` is answered with `{"decision": "pass", "validUntil": "…" | null}` or
 * `{"decision": "refuse", "reason": "age" | "country" | "sanctions" | "identity"}`. Redirects are not followed. Any other
 * answer, and none within 5 s, is an error: it never counts as a pass.
 */
export const httpScreening = ({ url, token }: HttpScreeningOptions): Screening => {
  const hide = createHider([...secretsOfUrl(url), token ?? ""]);
  const ask = async (userId: string): Promise<ScreeningAnswer> => {
    const json = await ky
      .post(url, {
        json: { userId },
        headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
        redirect: "error",
        timeout: TIMEOUT_MS,
        retry: { limit: RETRIES, methods: ["post"] },
      })
      .json();
    const said = answer.parse(json);
    if (said.decision === "refuse") return { refusedFor: said.reason, validUntil: null };
    const until = said.validUntil ?? null;
    return {
      refusedFor: null,
      validUntil: until === null ? null : Temporal.Instant.from(until),
    };
  };
  return {
    name: "http",
    everybodyPasses: false,
    screen: (userId) =>
      ask(userId).catch((error: unknown) => {
        // without its cause, which holds the address and the token
        throw new Error(hide(String(error)));
      }),
  };
};
