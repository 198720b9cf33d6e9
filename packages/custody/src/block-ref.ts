/** A block, by its number and by the hash that tells whether it is still the same one. */
export interface BlockRef {
  readonly number: bigint;
  readonly hash: string;
}
