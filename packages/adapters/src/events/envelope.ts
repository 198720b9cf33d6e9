import type { DomainEvent } from "@closebell/context";
import { z } from "zod";

const event = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("round.state"),
    market: z.string(),
    round: z.string(),
    state: z.string(),
  }),
  z.object({ type: z.literal("round.pools"), market: z.string(), round: z.string() }),
  z.object({
    type: z.literal("round.settling"),
    market: z.string(),
    round: z.string(),
    bets: z.number(),
    paid: z.number(),
  }),
  z.object({ type: z.literal("clock.moved") }),
  z.object({ type: z.literal("custody.moved") }),
  z.object({ type: z.literal("credential.revoked"), id: z.string() }),
]) satisfies z.ZodType<DomainEvent>;

const envelope = z.object({ from: z.string(), event });

/** One event on its way, and the bus it came from. */
export type Envelope = z.infer<typeof envelope>;

/** PostgreSQL refuses a NOTIFY of 8000 bytes; both buses keep to it. */
const MAX_PAYLOAD_BYTES = 7_999;

/** JSON of the envelope, or undefined where it is too long to travel. */
export const encodeEnvelope = (content: Envelope): string | undefined => {
  const text = JSON.stringify(content);
  return Buffer.byteLength(text) > MAX_PAYLOAD_BYTES ? undefined : text;
};

/** The envelope in `text`, or undefined for anything else: another version's event, or not ours at all. */
export const decodeEnvelope = (text: string): Envelope | undefined => {
  try {
    return envelope.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};
