/**
 * SEEN -> CONFIRMED -> CREDITED; REORGED from any of them when its block vanishes, and from there back to SEEN, or to
 * CREDITED if the user had been credited. `custody.guard_deposit()` enforces the same.
 */
export type DepositState = "SEEN" | "CONFIRMED" | "CREDITED" | "REORGED";

/** What a chain says of a deposit: there, there for good, or gone. */
export type Sighting = "seen" | "confirmed" | "reorged";

const confirmedPath = (state: DepositState, credited: boolean): readonly DepositState[] => {
  switch (state) {
    case "SEEN":
      return ["CONFIRMED", "CREDITED"];
    case "CONFIRMED":
      return ["CREDITED"];
    case "CREDITED":
      return [];
    case "REORGED":
      return credited ? ["CREDITED"] : ["SEEN", "CONFIRMED", "CREDITED"];
  }
};

/**
 * The states a deposit passes through when it is sighted, in order; none where the sighting says nothing new. At most one
 * step of a path moves money: into CREDITED, or out of it. `credited` is whether the user was ever credited.
 */
export const pathOf = (
  deposit: { readonly state: DepositState; readonly credited: boolean },
  sighting: Sighting,
): readonly DepositState[] => {
  switch (sighting) {
    case "seen":
      return deposit.state === "REORGED" && !deposit.credited ? ["SEEN"] : [];
    case "confirmed":
      return confirmedPath(deposit.state, deposit.credited);
    case "reorged":
      return deposit.state === "REORGED" ? [] : ["REORGED"];
  }
};
