import { DomainError } from "@closebell/context";
import { bodyLimit } from "hono/body-limit";

const MAX_BODY_BYTES = 64 * 1024;

/** Refuses a body over 64 KiB, by its Content-Length or, where it comes in chunks, as soon as it has grown too large. */
export const limitBody = () =>
  bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => {
      throw new DomainError(
        "PAYLOAD_TOO_LARGE",
        `The body may have up to ${MAX_BODY_BYTES} bytes. Send less.`,
      );
    },
  });
