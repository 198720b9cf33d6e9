/** An answer longer than any close can be. `head` is how it began. */
export class BodyTooLarge extends Error {
  readonly head: string;

  constructor(limit: number, head: string) {
    super(`The answer is longer than ${limit} bytes.`);
    this.name = "BodyTooLarge";
    this.head = head;
  }
}

/**
 * Reads a body as UTF-8, at most `limit` bytes of it, unpacked: what is longer is not read to its end.
 * @throws BodyTooLarge, and what the connection throws when it breaks
 */
export const readBody = async (response: Response, limit: number): Promise<string> => {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  if (response.body === null) return text;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    text += decoder.decode(chunk, { stream: true });
    // leaving the loop cancels the stream
    if (size > limit) throw new BodyTooLarge(limit, text.slice(0, limit));
  }
  return text + decoder.decode();
};
