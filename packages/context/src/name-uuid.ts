const NAMESPACE = "b2c1f9a4-6a0e-5d53-9d0b-4f2f1c7a1e55";

/** The name-based UUID (RFC 9562 section 5.5) of `name` within this service: the same name, the same UUID. */
export const nameUuid = (name: string): string => Bun.randomUUIDv5(name, NAMESPACE);
