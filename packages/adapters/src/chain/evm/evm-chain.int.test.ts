import { describeChainContract } from "@closebell/custody/testing";
import { evmScene, PAYEE, REFUSING } from "../../testing/evm-scene.ts";

describeChainContract(
  "createEvmChain",
  async () => {
    const scene = await evmScene();
    await scene.token.setBlacklisted(REFUSING, true);
    return {
      chain: scene.chain(),
      deposit: scene.deposit,
      mine: () => scene.anvil.mine(),
      settle: () => scene.anvil.finalize(),
      reorg: (depth) => scene.anvil.reorg(depth),
      close: () => scene.anvil.stop(),
    };
  },
  { payee: PAYEE, refusing: REFUSING, blocks: true },
);
