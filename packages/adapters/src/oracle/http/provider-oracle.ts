import { hashEvidence, type Oracle, OracleError } from "@closebell/rounds";
import { ZodError } from "zod";
import { regularClose } from "../regular-close.ts";
import { closeOfSession, type SessionClose } from "../session-close.ts";
import { type Answer, createAsker, type AskerOptions, excerptOf } from "./asker.ts";
import { parseLossless } from "./lossless-json.ts";
import {
  type CloseQuestion,
  NoClose,
  type Provider,
  type ProviderRequest,
  type ReadClose,
} from "./provider.ts";

export interface ProviderOracleOptions extends Pick<AskerOptions, "timing" | "now"> {
  /** Instead of the provider's own address; may have a path, and must not hold a password. */
  readonly url?: string | undefined;
  /** The instant of a price that comes without one; without it, 16:00 in New York. */
  readonly closesAt?: SessionClose | undefined;
}

const addressOf = (
  base: string,
  path: string,
  query: Readonly<Record<string, string>> = {},
): string => {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}${path}`;
  url.search = new URLSearchParams(query).toString();
  return url.toString();
};

const reasonOf = (error: unknown): NoClose => {
  if (error instanceof NoClose) return error;
  if (error instanceof ZodError) {
    // its keys are whatever was answered
    const where = (error.issues[0]?.path.join(".") ?? "").slice(0, 100);
    return new NoClose("malformed", `answered in a shape it does not document, at "${where}"`);
  }
  return new NoClose("malformed", "answered with what can't be read");
};

const parse = (
  provider: Provider,
  { status, text }: Answer,
  question: CloseQuestion,
): ReadClose => {
  let body: unknown;
  try {
    body = parseLossless(text);
  } catch {
    throw new NoClose("malformed", `answered HTTP ${status} with what is no JSON`);
  }
  return provider.read(status, body, question);
};

/** A question that can't be asked, or an answer without a close, as the port tells it. */
const asOracleError = (name: string, error: unknown, answer?: Answer): OracleError => {
  const { kind, message } = reasonOf(error);
  const details = answer && { raw: excerptOf(answer.text), request: answer.request };
  return new OracleError(kind, `${name} ${message}.`, details);
};

/** A source that asks `provider` over HTTP. What it is asked by, a key above all, is in nothing it answers or throws. */
export const providerOracle = (provider: Provider, options: ProviderOracleOptions = {}): Oracle => {
  const { name, secrets } = provider;
  const { timing, now } = options;
  const asker = createAsker({ name, secrets, timing, now });
  const base = options.url ?? provider.url;

  const requestFor = (question: CloseQuestion): ProviderRequest => {
    try {
      return provider.request(question);
    } catch (error) {
      throw asOracleError(name, error);
    }
  };

  const ask = async (question: CloseQuestion, signal: AbortSignal | undefined): Promise<Answer> => {
    const { path, query, secretQuery, headers = {} } = requestFor(question);
    const url = addressOf(base, path, { ...query, ...secretQuery });
    const shown = addressOf(base, path, query);
    return await asker.ask({ method: "GET", url, shown, headers }, signal);
  };

  const instantOf = async (close: ReadClose): Promise<Temporal.Instant> => {
    if (close.asOf !== undefined) return close.asOf;
    const date = Temporal.PlainDate.from(close.date);
    return (await closeOfSession(name, date, options.closesAt)) ?? regularClose(date);
  };

  return {
    name,
    simulated: false,
    ...(provider.auditOnly === true ? { auditOnly: true } : {}),
    trouble: () => asker.trouble(),
    async closeOf(symbol, date, signal) {
      const question = { symbol, date: date.toString() };
      const answer = await ask(question, signal);
      let close: ReadClose;
      try {
        close = parse(provider, answer, question);
      } catch (error) {
        throw asOracleError(name, error, answer);
      }
      const { text: raw, request } = answer;
      return {
        price: close.price,
        date: close.date,
        asOf: await instantOf(close),
        source: name,
        raw,
        hash: hashEvidence(raw),
        request,
      };
    },
  };
};
