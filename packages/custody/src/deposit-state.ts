export const DEPOSIT_STATES = ["SEEN", "CONFIRMED", "CREDITED", "SUSPENDED", "REORGED"] as const;

/**
 * SEEN -> CONFIRMED -> CREDITED, or SUSPENDED where it is below the minimum, from which an operator may have it CREDITED.
 * REORGED from any of them when its block vanishes, and from there back to the furthest it had come: CREDITED, SUSPENDED or
 * SEEN. `custody.guard_deposit()` enforces the same.
 */
export type DepositState = (typeof DEPOSIT_STATES)[number];

/** What a chain says of a deposit: there, deep enough for its amount, there for good, or gone. */
export type Sighting = "seen" | "confirmed" | "final" | "reorged";

/** What of a deposit decides where it goes. */
export interface DepositStanding {
  readonly state: DepositState;
  /** Whether the user was ever credited. */
  readonly credited: boolean;
  /** Whether it was ever set aside as too little. */
  readonly suspended: boolean;
  /** Whether it is below the minimum. */
  readonly small: boolean;
}

/** The next state, if a deposit that stands in a block has come further than its own. */
const forward = (
  { state, credited, suspended, small }: DepositStanding,
  sighting: "seen" | "confirmed" | "final",
): DepositState | undefined => {
  switch (state) {
    case "REORGED":
      if (credited) return "CREDITED";
      return suspended ? "SUSPENDED" : "SEEN";
    case "SEEN":
      return sighting === "seen" ? undefined : "CONFIRMED";
    case "CONFIRMED":
      if (!small) return sighting === "seen" ? undefined : "CREDITED";
      return sighting === "final" ? "SUSPENDED" : undefined;
    case "CREDITED":
    case "SUSPENDED":
      return undefined;
  }
};

/**
 * The states a deposit passes through when it is sighted, in order; none where the sighting says nothing new. At most one
 * step of a path moves money: into CREDITED or SUSPENDED, or out of them.
 */
export const pathOf = (deposit: DepositStanding, sighting: Sighting): readonly DepositState[] => {
  if (sighting === "reorged") return deposit.state === "REORGED" ? [] : ["REORGED"];
  const path: DepositState[] = [];
  let state: DepositState | undefined = forward(deposit, sighting);
  while (state !== undefined) {
    path.push(state);
    state = forward({ ...deposit, state }, sighting);
  }
  return path;
};
