/**
 * Puts a query into the address of an entry of the browser's history that has none yet.
 *
 * @param {{data: {query: Record<string, string>}}} component - `query`: names and values behind the "?"
 */
export default function address({ data }) {
  const { pathname, search, hash } = window.location;
  const present = new URLSearchParams(search);
  if ([...present.keys()].some((name) => !name.startsWith("embed"))) return;
  const query = new URLSearchParams([...present, ...Object.entries(data.query)]);
  window.history.replaceState(window.history.state, "", `${pathname}?${query}${hash}`);
}
