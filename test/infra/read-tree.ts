/** A field of a parsed YAML or JSON value; undefined where there is none. */
export const field = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;

/** The value as a list; empty where it is none. */
export const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The value as a string; empty where it is none. */
export const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Keys of an object; empty where it is none. */
export const keys = (value: unknown): readonly string[] =>
  typeof value === "object" && value !== null ? Object.keys(value) : [];
