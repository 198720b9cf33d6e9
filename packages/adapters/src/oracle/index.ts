export {
  chainlinkOracle,
  type ChainlinkOracleOptions,
  FEED_BLOCKS,
  type FeedBlock,
} from "./chainlink/chainlink-oracle.ts";
export * from "./database-closes.ts";
export * from "./file-oracle.ts";
export * from "./migrations.ts";
export * from "./parse-closes.ts";
export * from "./set-simulated-close.ts";
export * from "./simulated-close.ts";
export * from "./simulated-oracle.ts";
export { nasdaqClose, type SessionClose } from "./session-close.ts";
export { alpacaAuctions } from "./http/alpaca-auctions.ts";
export { alpacaBars } from "./http/alpaca-bars.ts";
export { fred } from "./http/fred.ts";
export { massive } from "./http/massive.ts";
export { providerOracle, type ProviderOracleOptions } from "./http/provider-oracle.ts";
export { twelveData } from "./http/twelve-data.ts";
