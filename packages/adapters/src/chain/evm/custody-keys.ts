import { pbkdf2Sync } from "node:crypto";
import { bytesToHex } from "viem";
import { english, generateMnemonic, HDKey, hdKeyToAccount } from "viem/accounts";

/** Every key that a custody needs, from one phrase. */
export interface CustodyKeys {
  /** Extended public key of the deposit addresses' account, m/44'/60'/0': all the API needs. */
  readonly xpub: string;
  /** Extended private key of the same account: sweeps. */
  readonly xprv: string;
  /** Account 1, m/44'/60'/1'/0/0: pays withdrawals. */
  readonly hotWallet: { readonly address: string; readonly key: `0x${string}` };
  /** Account 2, m/44'/60'/2'/0/0, for whoever has nothing better to keep money away with. */
  readonly coldWallet: string;
}

/** The master key of a phrase without a password (BIP-39). */
const masterOf = (mnemonic: string): HDKey =>
  HDKey.fromMasterSeed(pbkdf2Sync(mnemonic, "mnemonic", 2048, 64, "sha512"));

/** The keys that `mnemonic` stands for (BIP-32, BIP-39, BIP-44). */
export const custodyKeys = (mnemonic: string): CustodyKeys => {
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

/** A new phrase of 24 words, from the operating system's chance. */
export const newPhrase = (): string => generateMnemonic(english, 256);
