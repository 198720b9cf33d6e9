import { expect, test } from "bun:test";
import fc from "fast-check";
import { networkOf } from "./network-of.ts";

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002::", "2001:db8:1:2::/64"],
  ["2001:db8::6", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["64:ff9b::203.0.113.7", "64:ff9b:0:0::/64"],
  ["unknown", "unknown"],
  ["", ""],
])("%s is counted as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test("addresses share a network where their first 64 bits are the same, however they are written", () => {
  const half = fc.array(fc.nat(0xffff), { minLength: 4, maxLength: 4 });
  const written = (groups: readonly number[]) =>
    groups.map((group) => group.toString(16)).join(":");
  fc.assert(
    fc.property(half, half, half, (network, one, other) => {
      const counted = networkOf(`${written(network)}:${written(one)}`);
      expect(networkOf(`${written(network)}:${written(other)}`)).toBe(counted);
      const brief = new URL(`http://[${written(network)}:${written(one)}]/`).hostname.slice(1, -1);
      expect(networkOf(brief)).toBe(counted);
      expect(counted).toBe(`${written(network)}::/64`);
    }),
  );
});
