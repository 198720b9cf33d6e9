const textOf = (value: unknown, key: string): string | undefined => {
  const found: unknown = Reflect.get(Object(value), key);
  return typeof found === "string" ? found : undefined;
};

const answerText = (source: string, answer: unknown): string => {
  const request: unknown = Reflect.get(Object(answer), "request");
  const url = textOf(request, "url");
  const asked = url === undefined ? "" : ` ${textOf(request, "method") ?? ""} ${url}`;
  const head = `--- ${source}${asked}, ${textOf(answer, "beganAt") ?? textOf(answer, "asOf") ?? "-"}`;
  return `${head}\nsha256 ${textOf(answer, "hash") ?? "-"}\n${textOf(answer, "raw") ?? "nothing came back"}`;
};

/** Each question of an attempt: what was asked, when, the answer's hash, and the answer word for word. */
export const rawText = (attempt: {
  readonly source: string;
  readonly answers: unknown;
}): readonly string[] =>
  Array.isArray(attempt.answers)
    ? attempt.answers.map((answer: unknown) => answerText(attempt.source, answer))
    : [];
