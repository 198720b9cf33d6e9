import type { Result, Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

const HAS_PATTERN = /[:*]/;

/**
 * Hono's trie, and in front of it what paths without parameters match, looked up once. Its RegExpRouter would be faster
 * for all of them, but takes no fixed path beside a parameter (/rounds/current beside /rounds/:code).
 */
export class FixedPathRouter<T> implements Router<T> {
  readonly name = "FixedPathRouter";
  readonly #trie = new TrieRouter<T>();
  readonly #fixed = new Map<string, Result<T> | undefined>();

  add(method: string, path: string, handler: T): void {
    this.#trie.add(method, path, handler);
    // found anew: it may be a middleware of theirs
    for (const key of this.#fixed.keys()) this.#fixed.set(key, undefined);
    if (!HAS_PATTERN.test(path)) this.#fixed.set(method + path, undefined);
  }

  match(method: string, path: string): Result<T> {
    const key = method + path;
    const known = this.#fixed.get(key);
    if (known !== undefined) return known;
    const found = this.#trie.match(method, path);
    // only what was added: paths that callers invent must not fill the memory
    if (this.#fixed.has(key)) this.#fixed.set(key, found);
    return found;
  }
}
