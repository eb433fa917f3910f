/**
 * What a film has shown so far, for lines over the steps: the stills before the moment, and the moment itself.
 *
 * While networks train there is no film to look back into; then what has been seen of the training is kept.
 */

export class SoFar {
  #film = null;
  #stills = []; // of that film
  #seen = []; // of a training that goes on

  /**
   * @param {?import("../moments.js").Moment} moment
   * @returns {import("../moments.js").Moment[]} in the order of their steps
   */
  until(moment) {
    if (!moment) return [];
    if (moment.film.length === 1) return this.#see(moment);
    this.#take(moment.film);
    return [...this.#stills.slice(0, Math.ceil(moment.position)), moment];
  }

  /** The step at which the axis ends, where training takes so many at most. */
  end(moment, steps) {
    return moment && moment.film.length > 1 ? this.#stills.at(-1).step : Math.max(steps, moment?.step ?? 0);
  }

  /** All stills of the film; of a training that goes on what has been seen. */
  get all() {
    return this.#seen.length ? this.#seen : this.#stills;
  }

  #take(film) {
    this.#seen = [];
    if (film === this.#film) return;
    this.#film = film;
    this.#stills = Array.from({ length: film.length }, (_, k) => film.at(k));
  }

  #see(moment) {
    const last = this.#seen.at(-1)?.step ?? -1;
    if (moment.step < last) this.#seen = [];
    if (moment.step !== last) this.#seen.push(moment);
    return this.#seen;
  }
}
