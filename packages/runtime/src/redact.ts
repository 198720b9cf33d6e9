// Services take keys in paths and queries: https://host/v2/<key>, ?apikey=<key>.
const LONG = /[\w-]{20,}/g;
const NAMED = /([?&][^=&\s]*(?:key|token|secret|auth)[^=&\s]*=)[^&\s"'#]*/gi;

// Ours say what they are: API keys, refresh tokens and those that are mailed or claimed; access tokens are JWTs.
const OURS = /\bcb_[a-z]+_[\w-]{16,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g;
const BEARER = /\b(bearer|basic) +[^\s"',;]{8,}/gi;
const PASSWORD_HASH = /\$argon2(?:id|i|d)\$[\w=,.+/$-]+/g;

// drizzle ends its message with every parameter, which may hold anything, line breaks too
const PARAMETERS = /(Failed query: .*?)\nparams: .*/s;

const withoutKeys = (address: string): string =>
  address.replace(
    /^([a-z]+:\/\/[^/?\s]*)(.*)$/is,
    (_all, host: string, rest: string) => host + rest.replace(NAMED, "$1***").replace(LONG, "***"),
  );

/**
 * Takes credentials out of `text`: our own, hashes of passwords, passwords in every URL, and whatever may be a key in those of
 * the web. Of a statement that failed its query stays; its parameters and all behind them go.
 */
export const redact = (text: string): string =>
  text
    .replace(PARAMETERS, "$1")
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]*@/gi, "$1:***@")
    .replace(/\b(?:https?|wss?):\/\/[^\s"'<>]+/gi, withoutKeys)
    .replace(OURS, "***")
    .replace(PASSWORD_HASH, "***")
    .replace(BEARER, "$1 ***");
