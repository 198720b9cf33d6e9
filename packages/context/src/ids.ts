/** Source of new identifiers, injected so that a test or a replay can hold it. */
export interface Ids {
  /** A UUIDv7 (RFC 9562 section 5.7), lower case: time-ordered, so that index pages stay warm. */
  uuid(): string;
}

/** UUIDv7s from the runtime's own generator. */
export const randomIds: Ids = { uuid: () => Bun.randomUUIDv7() };

/** The form of a UUID (RFC 9562). */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether `text` has the form of a UUID (RFC 9562), so that PostgreSQL can read it as one. */
export const isUuid = (text: string): boolean => UUID.test(text);
