import ipaddr from "ipaddr.js";
import { LRUCache } from "lru-cache";

type Address = ReturnType<typeof ipaddr.parse>;

/** Whence requests come. */
export interface ClientAddresses {
  /**
   * The address of whoever a request is from. `peer` is at the other end of the connection; where that is a balancer of ours, the
   * last address that X-Forwarded-For got from none of ours. RFC 7239's Forwarded is not read: a balancer that writes the one
   * passes on what a caller put into the other.
   */
  of(peer: string | undefined, headers: Headers): string;
}

const UNKNOWN_ADDRESS = "unknown";

const parse = (text: string): Address | undefined => {
  try {
    // an IPv4 address in IPv6's clothes is the same caller
    return ipaddr.process(text);
  } catch {
    return undefined;
  }
};

// proxies may write an address with its port, an IPv6 one in brackets then
const withoutPort = (text: string): string =>
  /^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;

/** `trusted`: addresses and networks of our balancers. */
export const createClientAddresses = (trusted: readonly string[]): ClientAddresses => {
  const networks = trusted.map((text) =>
    ipaddr.parseCIDR(text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`),
  );
  const isOurs = (address: Address): boolean =>
    networks.some(
      ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
    );
  const forwardedFor = (peer: Address, header: string): string => {
    let nearest = peer;
    for (const text of header.split(",").toReversed()) {
      const address = parse(withoutPort(text.trim()));
      // whoever wrote that is not one of ours
      if (address === undefined) break;
      nearest = address;
      if (!isOurs(address)) break;
    }
    return nearest.toString();
  };
  return {
    of(peer, headers) {
      if (peer === undefined) return UNKNOWN_ADDRESS;
      if (networks.length === 0) return peer;
      const address = parse(peer);
      const header = headers.get("x-forwarded-for");
      if (address === undefined || header === null || !isOurs(address)) return peer;
      return forwardedFor(address, header);
    },
  };
};

const NETWORKS = 10_000;

/** As what an address is counted: an IPv6 customer has 2^64 of them, so the network of 64 bits. */
export const createNetworkOf = (): ((address: string) => string) => {
  const known = new LRUCache<string, string>({ max: NETWORKS });
  const describe = (text: string): string => {
    const address = parse(text);
    if (!(address instanceof ipaddr.IPv6)) return address?.toString() ?? text;
    return `${address.parts
      .slice(0, 4)
      .map((part) => part.toString(16))
      .join(":")}::/64`;
  };
  return (address) => {
    const found = known.get(address);
    if (found !== undefined) return found;
    const network = describe(address);
    known.set(address, network);
    return network;
  };
};
