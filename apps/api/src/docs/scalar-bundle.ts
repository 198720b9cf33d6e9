/** The script of the docs page, as the package ships it for browsers. */
export interface ScalarBundle {
  readonly etag: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
}

const load = async (): Promise<ScalarBundle> => {
  const entry = import.meta.resolve("@scalar/api-reference");
  const plain = await Bun.file(new URL("./browser/standalone.js", entry)).bytes();
  return { etag: `"${Bun.hash(plain).toString(36)}"`, plain, gzipped: Bun.gzipSync(plain) };
};

/** Reads and compresses the bundle on first use: 4 MB that most processes are never asked for. */
export const scalarBundle = (): (() => Promise<ScalarBundle>) => {
  let bundle: Promise<ScalarBundle> | undefined;
  return () => (bundle ??= load());
};
