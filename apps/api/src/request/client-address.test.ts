import { expect, test } from "bun:test";
import fc from "fast-check";
import { createClientAddresses, createNetworkOf } from "./client-address.ts";

const forwarded = (value?: string): Headers =>
  new Headers(value === undefined ? {} : { "X-Forwarded-For": value });

test("without balancers nobody's header is believed", () => {
  const addresses = createClientAddresses([]);
  expect(addresses.of("203.0.113.9", forwarded("192.0.2.1"))).toBe("203.0.113.9");
  expect(addresses.of(undefined, forwarded("192.0.2.1"))).toBe("unknown");
});

const OURS = ["10.0.0.0/8", "192.0.2.7", "2001:db8:a::/48"];

test.each([
  // peer, header, the caller's address
  ["10.1.2.3", "203.0.113.9", "203.0.113.9"],
  // whatever the caller wrote itself stands to the left of what the balancer saw
  ["10.1.2.3", "198.51.100.1, 203.0.113.9", "203.0.113.9"],
  ["10.1.2.3", "127.0.0.1, 10.0.0.1, 203.0.113.9", "203.0.113.9"],
  ["10.1.2.3", "203.0.113.9, 192.0.2.7, 10.9.9.9", "203.0.113.9"],
  ["10.1.2.3", "203.0.113.9:4711, 10.9.9.9", "203.0.113.9"],
  ["2001:db8:a::1", "[2001:db8:b::5]:443", "2001:db8:b::5"],
  ["::ffff:10.1.2.3", "203.0.113.9", "203.0.113.9"],
  // not through a balancer
  ["203.0.113.9", "198.51.100.1", "203.0.113.9"],
  // no address: the nearest that is one
  ["10.1.2.3", "203.0.113.9, nonsense, 10.9.9.9", "10.9.9.9"],
  ["10.1.2.3", "unknown", "10.1.2.3"],
  ["10.1.2.3", "", "10.1.2.3"],
  ["10.1.2.3", "10.0.0.1", "10.0.0.1"],
])("from %s with X-Forwarded-For %p it is %s", (peer, header, caller) => {
  expect(createClientAddresses(OURS).of(peer, forwarded(header))).toBe(caller);
});

test("whatever a caller puts before it, the address that the balancer saw counts", () => {
  const addresses = createClientAddresses(OURS);
  const forged = fc.array(
    fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom("10.0.0.1", "192.0.2.7", "unknown", "", "a,b")),
  );
  fc.assert(
    fc.property(forged, (parts) => {
      const header = forwarded([...parts, "203.0.113.9"].join(", "));
      expect(addresses.of("10.1.2.3", header)).toBe("203.0.113.9");
    }),
  );
});

test("an IPv6 customer counts as one address, however many they have", () => {
  const networkOf = createNetworkOf();
  expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
  expect(networkOf("2001:db8:1:2::")).toBe("2001:db8:1:2::/64");
  expect(networkOf("2001:db8:1:3::1")).toBe("2001:db8:1:3::/64");
  expect(networkOf("::ffff:192.0.2.1")).toBe("192.0.2.1");
  expect(networkOf("192.0.2.1")).toBe("192.0.2.1");
  expect(networkOf("unknown")).toBe("unknown");
});
