import { readInstant } from "@closebell/context";
import { z } from "@hono/zod-openapi";

export const EXAMPLE_ID = "019a3f6c-7e10-7cc2-a1b5-0d3a4f0e9c11";
export const EXAMPLE_ADDRESS = "0x52908400098527886E0F7030069857D2E4169EE7";

/** An id coming in. Any UUID may be asked for; those we hand out are UUIDv7. */
export const idIn = (description: string) =>
  z.uuid().toLowerCase().openapi({ example: EXAMPLE_ID, description });

/** Whom a body is about. */
export const userIn = (description: string) => idIn(`${description}; you if missing`).optional();

/** An id going out: a UUIDv7 (RFC 9562). */
export const idOut = (description: string) =>
  z.uuid().openapi({ example: EXAMPLE_ID, description });

/** An instant coming in, as `readInstant` has it. */
export const instantIn = (example: string, description: string) =>
  z.iso
    .datetime({ offset: true })
    .refine(
      (text) => readInstant(text) !== undefined,
      "must be an instant of the years 2000 to 2100, with up to 9 digits of a second's fraction",
    )
    .openapi({
      example,
      description: `${description}. Of the years 2000 to 2100, to the nanosecond`,
    });

/** An instant going out: RFC 3339, UTC. */
export const instantOut = (example: string, description: string) =>
  z.iso.datetime({ precision: null }).openapi({ example, description });

/** A date of the exchange's local calendar. */
export const dateIn = (description: string) =>
  z.iso.date().openapi({ example: "2026-11-23", description });

export const dateOut = (description: string) =>
  z.iso.date().openapi({ example: "2026-11-23", description });

/** A market's code, where the default market is meant if it is missing. */
export const marketIn = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,32}$/, "must be a market's code, for example NDX")
  .optional()
  .openapi({ example: "NDX", description: "The market's code; the default market if missing" });

export const marketCodeIn = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,32}$/, "must be a market's code, for example NDX")
  .openapi({ example: "NDX", description: "The market's code" });

/** A round's code: the date of its closing session. */
export const roundCodeIn = z
  .string()
  .regex(/^[0-9]{8}$/, "must be a date as YYYYMMDD, for example 20261123")
  .openapi({ example: "20261123", description: "The round's closing date as YYYYMMDD" });

export const sideIn = z
  .enum(["UP", "DOWN"])
  .openapi({ example: "UP", description: "UP: the close is above the previous close. DOWN: not." });

const CHAIN = /^[a-z0-9-]{1,32}$/;

export const chainIn = z
  .string()
  .regex(CHAIN, "must be the name of a chain")
  .optional()
  .openapi({ example: "simulated", description: "The chain's name; the default chain if missing" });

/** Text that goes to a chain as it is: printable ASCII, so that neither a log nor the database chokes on it. */
export const tokenIn = (description: string, example: string) =>
  z
    .string()
    .regex(/^[\u0021-\u007E]{1,200}$/, "must be 1 to 200 printable characters without spaces")
    .openapi({ description, example });

// no control, half of a surrogate pair, or mark that turns a line round; and no space that is not the usual one
const VISIBLE =
  "!-~\\u00A1-\\u00AC\\u00AE-\\u061B\\u061D-\\u167F\\u1681-\\u180D\\u180F-\\u1FFF\\u2010-\\u2027\\u2030-\\u205E\\u2070-\\u2FFF\\u3001-\\uD7FF\\uE000-\\uFEFE\\uFF00-\\uFFFD";

/** A line somebody writes for others to read: what it says is kept as it was sent. */
export const lineIn = (most: number) =>
  z
    .string()
    .regex(
      new RegExp(`^[${VISIBLE}][ ${VISIBLE}]{0,${most - 1}}$`),
      `must be a line of 1 to ${most} visible letters, digits or signs that begins with no space`,
    );
