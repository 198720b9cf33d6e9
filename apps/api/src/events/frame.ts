const encoder = new TextEncoder();

/** One server-sent event, encoded once and shared by everyone who gets it. `data` is JSON on one line. */
export const eventFrame = (event: string, id: string, data: string): Uint8Array =>
  encoder.encode(`event: ${event}\nid: ${id}\ndata: ${data}\n\n`);

/** A comment: keeps proxies and idle timeouts from closing a quiet stream. */
export const HEARTBEAT: Uint8Array = encoder.encode(": still here\n\n");

/** The first words of a stream: how long a client waits before it connects again. */
export const PREAMBLE: Uint8Array = encoder.encode("retry: 2000\n\n");

/** The id of a last event; a client that names it has seen the end. */
export const END_ID = "end";
