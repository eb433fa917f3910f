/**
 * The film bar under the chart: play, pause, any moment, five speeds, and above it how the gap falls.
 *
 * The film is fetched once it is complete, or once somebody wants to see it. While networks train the newest still is
 * fetched again and again; the chart shows it, and at the end what Python sends.
 *
 * @typedef {{step: number, words?: string}} Moment `words`: what to call it, where not by its step
 *
 * @typedef {object} Film
 * @property {number} length how many stills
 * @property {number} perSecond at speed 1
 * @property {string} [of] what it shows, where not a training
 * @property {(position: number) => Moment} at the film at a place between two stills
 * @property {(bound: number) => number[]} [gaps] how far the objective is above a bound at every still, as a share of it
 */

import { isCalm } from "./look.js";

const SPEEDS = [1, 2, 4, 0.25, 0.5];
const LOOK_SECONDS = 0.25; // from one look at the newest still to the next, where the server says nothing else
const LONGEST_FRAME = 0.1; // seconds that it moves on between two drawings: nothing is skipped while the browser is busy
const LEAST_GAP = 1e-6; // lowest of the area above the bar

export class Player {
  /** @type {?Film} */
  #film = null;
  #edition; // of which edition of the reel
  #reel = null; // what Python says there is
  #position = Number.POSITIVE_INFINITY; // the end, however much there is
  #speed = 0; // index into SPEEDS
  #since = null; // time of the last frame while it plays
  #isAsking = false;
  #live = null; // the newest still of a training that goes on
  #isFollowing = false;
  #hasPlayed = false; // by itself
  #drawn = {}; // of which film and bound the area is

  /**
   * @param {HTMLElement} host
   * @param {(buffer: ArrayBuffer) => Film} read
   * @param {() => void} redraw at the next frame
   */
  constructor(host, read, redraw) {
    this.read = read;
    this.redraw = redraw;
    this.element = host.querySelector(".film");
    this.button = this.element.querySelector(".play");
    this.rail = this.element.querySelector("input");
    this.step = this.element.querySelector(".step");
    this.speed = this.element.querySelector(".speed");
    [this.picture] = this.element.querySelector(".moments").children;
    this.button.onclick = () => (this.isPlaying ? this.#pause() : this.#play());
    this.rail.oninput = () => this.seek(this.rail.valueAsNumber);
    this.speed.onclick = () => this.#faster();
  }

  get isPlaying() {
    return this.#since !== null;
  }

  /**
   * @param {?object} reel as `FilmReel` in Python, or with the `film` itself in place of its address; null where there
   *   is none to be shown
   * @param {boolean} hasRoom whether there may be one at all
   */
  update(reel, hasRoom) {
    const isSame = reel && reel.address === this.#reel?.address && reel.number === this.#reel.number;
    if (!isSame || reel.stills < this.#reel.stills) this.#rewind();
    this.#reel = reel;
    this.element.hidden = !hasRoom;
    for (const control of [this.button, this.rail]) control.disabled = !reel?.stills;
    if (reel?.film && reel.film !== this.#film) this.#take(reel.film);
    else if (reel?.film) return;
    else if (reel?.is_running) this.#follow();
    else if (reel) this.#ask();
  }

  #rewind() {
    this.#film = this.#live = null;
    this.#position = Number.POSITIVE_INFINITY;
    this.#since = null;
  }

  /** Fetches the film, and once more where Python has told of another edition by the time it is here. */
  async #ask() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    let asked;
    while (this.#reel && !this.#reel.film && !this.#hasEdition() && this.#reel.edition !== asked) {
      asked = this.#reel.edition;
      const { film } = await this.#get("");
      if (film) this.#take(film, asked);
    }
    this.#isAsking = false;
  }

  /** Whether the film is here as Python told of it last. */
  #hasEdition() {
    return this.#film !== null && this.#edition === this.#reel?.edition;
  }

  /**
   * What the server has of the training that Python told of last.
   * @param {"" | "/newest"} what
   * @returns {Promise<{film: ?Film, again: ?number}>} no film where it has none yet, where it
   *   is of another training by now, or where the connection is gone for a moment: Python's next word asks again
   */
  async #get(what) {
    const { address, number } = this.#reel;
    try {
      const answer = await fetch(new URL(address + what, document.baseURI));
      const isOfIt = answer.headers.get("Training-Number") === String(number) && this.#reel?.number === number;
      const film = answer.status === 200 && isOfIt ? this.read(await answer.arrayBuffer()) : null;
      return { film, again: Number(answer.headers.get("Look-Again")) };
    } catch {
      return { film: null, again: 0 };
    }
  }

  async #follow() {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    while (this.#reel?.is_running) {
      const { film, again } = await this.#get("/newest");
      if (film) {
        this.#live = film.at(0);
        this.redraw();
      }
      await new Promise((resolve) => setTimeout(resolve, 1000 * (again || LOOK_SECONDS)));
    }
    this.#isFollowing = false;
  }

  #take(film, edition) {
    if (film.length < this.#reel?.stills) return; // of an earlier training
    [this.#film, this.#edition] = [film, edition];
    if (this.#reel.plays && !this.#hasPlayed && !isCalm()) this.#play();
    this.#hasPlayed = true;
    this.redraw();
  }

  #play() {
    this.#ask();
    if (this.#position >= this.#last) this.#position = 0;
    this.#since = performance.now();
    this.redraw();
  }

  #pause() {
    this.#since = null;
    this.redraw();
  }

  /** Shows this place of the film, infinity for its end, and stops there. */
  seek(position) {
    this.#ask();
    this.#since = null;
    this.#position = position >= this.#last ? Number.POSITIVE_INFINITY : position;
    this.redraw();
  }

  #faster() {
    this.#speed = (this.#speed + 1) % SPEEDS.length;
    this.redraw();
  }

  get #last() {
    return Math.max((this.#reel?.stills ?? 1) - 1, 0);
  }

  /** Moves a playing film on. */
  #advance() {
    const now = performance.now();
    const seconds = Math.min((now - this.#since) / 1000, LONGEST_FRAME);
    if (this.#film) this.#position += seconds * this.#film.perSecond * SPEEDS[this.#speed];
    this.#since = now;
    if (this.#position >= this.#last) {
      this.#position = Number.POSITIVE_INFINITY;
      this.#since = null;
    } else this.redraw();
  }

  /**
   * Draws the bar.
   * @param {?number} bound below which no network is
   * @returns {?{still: Moment, isNewest: boolean, isLive: boolean}} what is shown now, whether that is
   *   what Python sent, and whether it is of a training that goes on; null where there is nothing
   */
  draw(bound) {
    if (this.isPlaying) this.#advance();
    this.#drawGaps(bound);
    const position = Math.min(this.#position, this.#last);
    this.rail.max = this.#last;
    if (this.rail.valueAsNumber !== position) this.rail.value = position;
    this.element.style.setProperty("--at", this.#last ? position / this.#last : 0);
    this.button.classList.toggle("playing", this.isPlaying);
    const of = this.#film?.of ?? "the training";
    this.button.setAttribute("aria-label", this.isPlaying ? "Pause the film" : `Play the film of ${of}`);
    this.rail.setAttribute("aria-label", `Moment of ${of}`);
    this.speed.textContent = `${SPEEDS[this.#speed]}×`;
    const seen = this.#reel && this.#seen(position);
    this.element.dataset.whole = !this.#reel?.is_running && this.#hasEdition(); // for tests
    this.#say(seen, this.#reel?.step);
    return seen;
  }

  #seen(position) {
    const isNewest = this.#position === Number.POSITIVE_INFINITY;
    const { is_running: isRunning, behind } = this.#reel;
    if (isNewest && this.#live && (isRunning || !this.#film)) {
      return { still: this.#live, isNewest: !isRunning, isLive: true };
    }
    if (!this.#film) return null;
    const still = this.#film.at(Math.min(position, this.#film.length - 1));
    return { still: isNewest ? { ...still, behind } : still, isNewest, isLive: false };
  }

  /** The gap at every still, on a logarithmic scale. */
  #drawGaps(bound) {
    const film = this.#film;
    if (this.#drawn.film === film && this.#drawn.bound === bound) return;
    this.#drawn = { film, bound };
    const gaps = (bound && film?.gaps?.(bound)) || [];
    const logs = gaps.map((gap) => Math.log10(Math.max(gap, LEAST_GAP)));
    const [low, high] = [Math.log10(LEAST_GAP), Math.max(...logs, 0)];
    this.picture.setAttribute("viewBox", `0 0 ${Math.max(gaps.length - 1, 1)} 1`);
    const places = logs.map((log, k) => `${k} ${(1 - (log - low) / (high - low)).toFixed(3)}`);
    this.picture.firstChild.setAttribute("d", places.length ? `M0 1L${places.join("L")}V1Z` : "");
  }

  #say(seen, last) {
    const step = seen && !seen.isNewest ? seen.still.step : last;
    const text = seen?.still.words ?? (step === undefined ? "" : `step ${step.toLocaleString("en")}`);
    this.step.textContent = text;
    this.rail.setAttribute("aria-valuetext", text);
  }

  destroy() {
    this.#reel = null;
    this.#since = null;
  }
}
