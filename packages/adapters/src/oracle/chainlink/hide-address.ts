/** Parts of an RPC address that may be a key: its login, its path and its query, whole and in parts. */
export const secretsOf = (address: string): readonly string[] => {
  const url = new URL(address);
  const parts = [...url.pathname.split("/"), ...url.searchParams.values()];
  return [
    url.username,
    url.password,
    url.pathname.length > 1 ? url.pathname : "",
    url.search,
    // shorter ones are words like v2
    ...parts.filter((part) => part.length >= 8),
  ].filter((secret) => secret !== "");
};
