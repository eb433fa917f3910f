/**
 * For what is said of a picture: not at each of its frames, which no screen reader would read to the end, but once it
 * has come to rest, or after a while where it does not.
 */

const REST = 500; // milliseconds without a change
const LATEST = 4000; // milliseconds

export class AtRest {
  #timer;
  #since = null; // of the first change that nothing has been said about

  /** @param {() => void} act */
  constructor(act) {
    this.act = act;
  }

  /** Something has changed. */
  moved() {
    const now = performance.now();
    this.#since ??= now;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#since = null;
        this.act();
      },
      Math.max(Math.min(REST, this.#since + LATEST - now), 0),
    );
  }

  destroy() {
    clearTimeout(this.#timer);
  }
}

const MOST_LISTED = 8;

/** The first of some words, and how many more there are. */
export function listed(words) {
  if (!words.length) return "none";
  const more = words.length - MOST_LISTED;
  return more > 0 ? `${words.slice(0, MOST_LISTED).join(", ")} and ${more} more` : words.join(", ");
}
