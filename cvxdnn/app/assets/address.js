/**
 * Tells Python of every step through the browser's history on one page, and fills in the address of an entry that has a bare one.
 *
 * State: of each host, a page's, the path of that page. A page that is opened from another page has an entry with a bare
 * address; its settings go into that entry, once.
 *
 * Streamlit tells the page around this one every address, whoever's page that is. A page of another site is told nothing.
 */

const pages = new WeakMap();

/** Names and values behind the "?", without how the page is shown (`cvxdnn.app.view`, and embedding). */
function settings() {
  const pairs = [...new URLSearchParams(window.location.search)];
  return pairs.filter(([name]) => !/^(embed(_options)?|view|hide)$/i.test(name));
}

function complete(query) {
  const { pathname, search, hash } = window.location;
  if (settings().length || !Object.keys(query).length) return;
  const joined = new URLSearchParams([...new URLSearchParams(search), ...Object.entries(query)]);
  window.history.replaceState(window.history.state, "", `${pathname}?${joined}${hash}`);
}

function isStrange(other) {
  try {
    return other.location.origin !== window.location.origin;
  } catch {
    return true;
  }
}

if (isStrange(window.parent)) window.parent = window; // what is meant for it is now said to this page

export default function address({ data, parentElement, setStateValue }) {
  if (!pages.has(parentElement)) {
    pages.set(parentElement, window.location.pathname);
    complete(data.query);
  }
  const report = () => {
    // Streamlit changes the page itself; a report would ask for this one again.
    if (window.location.pathname !== pages.get(parentElement) || !parentElement.isConnected) return;
    setStateValue("visited", { query: Object.fromEntries(settings()), at: performance.now() });
  };
  window.addEventListener("popstate", report);
  return () => window.removeEventListener("popstate", report);
}
