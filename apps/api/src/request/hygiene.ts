/**
 * What every answer tells a browser, as the OWASP REST cheat sheet has it: nothing here is a page, to be framed, or to be guessed
 * at. The page of /docs says its own.
 */
export const HYGIENE = {
  "X-Content-Type-Options": "nosniff",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  // browsers heed it over HTTPS alone
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
} as const;
