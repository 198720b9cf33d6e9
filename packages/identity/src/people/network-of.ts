import { isIPv6 } from "node:net";

const GROUPS = 8;

const groupsOf = (text: string): readonly string[] => {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16).toString(16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
  });
};

/**
 * As what an address is counted: an IPv6 customer has 2^64 of them, so the network of 64 bits. An IPv4 address written as an
 * IPv6 one is itself.
 */
export const networkOf = (address: string): string => {
  if (!isIPv6(address)) return address;
  const [text = ""] = address.split("%");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = text.split("::");
  const before = groupsOf(head);
  const after = groupsOf(tail ?? "");
  const zeros = Array.from({ length: GROUPS - before.length - after.length }, () => "0");
  return `${[...before, ...zeros, ...after].slice(0, 4).join(":")}::/64`;
};
