import { type CustodyKeys, custodyKeys } from "../evm/custody-keys.ts";

// not the phrase that anvil's own accounts come from: those are outsiders here
const DEV_MNEMONIC = "legal winner thank year wave sausage worth useful legal winner thank yellow";

/** Keys of a custody on a development chain. They stand in public: never put money behind them. */
export const devKeys = (mnemonic: string = DEV_MNEMONIC): CustodyKeys => custodyKeys(mnemonic);
