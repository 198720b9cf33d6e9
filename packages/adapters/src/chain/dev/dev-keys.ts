import { pbkdf2Sync } from "node:crypto";
import { bytesToHex } from "viem";
import { HDKey, hdKeyToAccount } from "viem/accounts";

/** Keys of a custody on a development chain. They stand in public: never put money behind them. */
export interface DevKeys {
  /** Extended public key of the deposit addresses' account: all the API needs. */
  readonly xpub: string;
  /** Extended private key of the same account: sweeps. */
  readonly xprv: string;
  readonly hotWallet: { readonly address: string; readonly key: `0x${string}` };
  readonly coldWallet: string;
}

// not the phrase that anvil's own accounts come from: those are outsiders here
const DEV_MNEMONIC = "legal winner thank year wave sausage worth useful legal winner thank yellow";

/** The master key of a phrase without a password (BIP-39). */
const masterOf = (mnemonic: string): HDKey =>
  HDKey.fromMasterSeed(pbkdf2Sync(mnemonic, "mnemonic", 2048, 64, "sha512"));

/** Deposits are account 0, the hot wallet is account 1 and the cold wallet account 2 (BIP-44) of `mnemonic`. */
export const devKeys = (mnemonic: string = DEV_MNEMONIC): DevKeys => {
  const master = masterOf(mnemonic);
  const deposits = master.derive("m/44'/60'/0'");
  const hot = hdKeyToAccount(master, { accountIndex: 1 });
  const key = hot.getHdKey().privateKey;
  if (key === null) throw new Error("The phrase gave no private key.");
  return {
    xpub: deposits.publicExtendedKey,
    xprv: deposits.privateExtendedKey,
    hotWallet: { address: hot.address, key: bytesToHex(key) },
    coldWallet: hdKeyToAccount(master, { accountIndex: 2 }).address,
  };
};
