const END_OF_HEAD = "\r\n\r\n";

/** The status of the one HTTP/1.1 answer in `bytes`, or undefined while it is not whole. It must have a Content-Length. */
export const answerIn = (bytes: Buffer): { readonly status: number } | undefined => {
  const end = bytes.indexOf(END_OF_HEAD, 0, "latin1");
  if (end < 0) return undefined;
  const head = bytes.toString("latin1", 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without Content-Length: ${head}`);
  const whole = end + END_OF_HEAD.length + Number(length);
  if (bytes.length < whole) return undefined;
  if (bytes.length > whole) throw new Error("more than one answer for one request");
  return { status: Number(head.slice(9, 12)) };
};
