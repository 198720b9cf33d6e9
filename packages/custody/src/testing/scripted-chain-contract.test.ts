import { describeChainContract } from "./chain-contract.ts";
import { scriptedChain } from "./scripted-chain.ts";

const payee = `0x${"a".repeat(40)}`;
const refusing = `0x${"f".repeat(40)}`;

describeChainContract(
  "scriptedChain",
  () => {
    const chain = scriptedChain();
    chain.miner.rules.blacklist.add(refusing);
    return {
      chain,
      deposit(address, amount) {
        const told = chain.pay(address, amount);
        chain.mine();
        return Promise.resolve(told);
      },
      mine: () => Promise.resolve(chain.mine()),
      settle() {
        chain.mine();
        return Promise.resolve(chain.finalise());
      },
      reorg: (depth) => Promise.resolve(chain.reorg(depth, { lost: () => true })),
    };
  },
  { payee, refusing, blocks: true },
);
