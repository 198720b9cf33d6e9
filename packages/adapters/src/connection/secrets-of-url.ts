/** Parts of a node's URL that may be a key: its login, its path and its query, whole and in parts. */
export const secretsOfUrl = (text: string): readonly string[] => {
  const url = new URL(text);
  const parts = [url.username, ...url.pathname.split("/"), ...url.searchParams.values()];
  return [
    url.password,
    url.pathname.length > 1 ? url.pathname : "",
    url.search,
    // shorter ones are words like v2
    ...parts.filter((part) => part.length >= 8),
  ].filter((secret) => secret !== "");
};
