/**
 * Following a class: one request after the other, each held by the server until the class moves.
 *
 * That there is a connection again it knows at once where its system says so, or the page is looked at again. Else, at
 * worst, a request that waits for nobody is given up after eight seconds (`room.js`), and the next comes two later.
 */

import { isPassing } from "./room.js";

const PAUSES = [300, 700, 1500, 2000]; // milliseconds between tries while there is no connection

/**
 * @param {import("./room.js").Room} room
 * @param {{state: (state: import("./room.js").State) => void, lost: (why?: string) => void, back: () => void,
 *   over: (told: ?object) => void}} tell `over`: the class has ended, is full, or never was
 */
export function follow(room, tell) {
  let version = null;
  let hold = new AbortController();
  let failures = 0;
  let pauses = 0; // since it was last likely that there is a connection
  let wake = () => {};
  const pause = (time) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, time);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** A phone that was asleep asks at once: what it waited for may be long gone. */
  const ask = () => {
    if (document.hidden) return;
    pauses = 0; // "online" may be said a moment too early
    hold.abort();
    wake();
  };
  document.addEventListener("visibilitychange", ask);
  document.addEventListener("resume", ask);
  window.addEventListener("online", ask);
  window.addEventListener("pageshow", (event) => event.persisted && ask());

  const next = async () => {
    hold = new AbortController();
    const { signal } = hold;
    try {
      const { status, told, again } = await room.state(failures ? null : version, signal); // a first answer is not held
      if (isPassing(status) && told?.refused !== "room full") throw new Error(told?.why, { cause: status });
      if (failures) tell.back();
      failures = pauses = 0;
      if (status !== 200 && status !== 204) {
        tell.over(told);
        return false;
      }
      if (status === 200) {
        version = told.version;
        tell.state(told);
      } else if (again) await pause(again);
    } catch (error) {
      if (signal.aborted) return true;
      failures += 1;
      if (failures > 1) tell.lost(error.cause ? error.message : "");
      await pause(PAUSES[Math.min(pauses++, PAUSES.length - 1)]);
    }
    return true;
  };

  (async () => {
    while (await next());
  })();
}
