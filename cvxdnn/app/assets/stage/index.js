/**
 * The stage of a page: one picture, what moves it under it, a film, numbers above.
 *
 *   pictures/<name>   what is drawn, from what Python sent, the controls' values and the moment of the film
 *   controls          sliders; while one moves everything happens here, and when it is let go Python is told
 *   player            the film of a training, or one of the picture's own
 *   tiles             the numbers of the moment that is shown
 *
 * When a control has moved, the film is of other values than those shown. It stays, faded and named, until the first
 * still of the new training is here.
 *
 * @typedef {object} Data what `stage` in Python sends
 * @property {string} picture
 * @property {object} model whatever the picture takes
 * @property {import("./controls.js").Control[]} controls
 * @property {?object} film as `FilmReel` in Python
 * @property {string} of what the film is of, in words
 * @property {string} title of the picture, where the page has several; else ""
 * @property {?number} bound which no network is below; it sets the area above the film's bar
 * @property {{label: string, style: string}[]} legend
 *
 * @typedef {object} Shown what a picture draws
 * @property {object} model
 * @property {Record<string, number | string>} values of the controls, as they are now
 * @property {?import("./moments.js").Moment} moment of the film; null where there is none
 * @property {boolean} isOld whether the moment is of other values
 * @property {string} of what it is of, in words
 * @property {number} width of the picture's element, in pixels
 * @property {number} height
 *
 * @typedef {object} Picture in svgs within the stage's element, in its pixels
 * @property {(shown: Shown) => {tiles: import("./tiles.js").Tile[], says: string, caption?: string}} draw `says`: what the
 *   picture shows, in sentences with their full stops, for who does not see it
 * @property {(model: object) => ?import("../common/player.js").Film} [film] one of its own, in place of a training's
 * @property {() => void} [rests] it has not moved for a while
 */

import { AtRest } from "../common/at_rest.js";
import { enter } from "../common/figures.js";
import { showLook } from "../common/look.js";
import { Player } from "../common/player.js";
import { Controls } from "./controls.js";
import { drawLegend } from "./legend.js";
import { read } from "./moments.js";
import { drawTiles, inWords } from "./tiles.js";

const CONFIRM_WITHIN = 3000; // milliseconds, after which values that Python has not taken over are told again

export class Stage {
  /** @type {Data} */
  data;
  /** @type {?Picture} */
  #picture = null;
  #component;
  #held = {}; // values chosen here that Python has not confirmed yet
  #last = null; // the newest moment that was shown, and of what
  #own = null; // the picture's own film, and of which model
  #drawn = null; // what the picture said of itself last
  #isNews = false; // whether a control was moved, and the numbers that follow have not been announced
  #frame = null;
  #frames = 0;
  #timer;
  #rest = new AtRest(() => {
    this.#describe();
    this.#picture?.rests?.();
  });
  #observer = new ResizeObserver(() => this.schedule());

  constructor(root) {
    this.host = root.querySelector(".stage-page");
    this.element = this.host.querySelector(".picture");
    this.caption = this.host.querySelector(".caption");
    this.player = new Player(this.host, read, () => this.schedule());
    this.controls = new Controls(
      this.host.querySelector(".controls"),
      (name, value) => this.set(name, value),
      () => this.commit(),
    );
    this.#observer.observe(this.element);
    this.figure = enter({ host: this.host, title: () => this.data?.title ?? "" });
  }

  /** New data from Python, or another theme. */
  update(component) {
    const isOther = this.data?.picture !== component.data.picture;
    this.#component = component;
    this.data = component.data;
    for (const { name, value } of this.data.controls) if (this.#held[name] === value) delete this.#held[name];
    if (isOther) this.#load(this.data.picture);
    showLook(this.host, this.data.view);
    this.#updateFilm();
    this.schedule();
  }

  async #load(name) {
    this.#picture = null;
    const { default: Picture } = await import(`./pictures/${name}.js`);
    if (this.data.picture !== name) return;
    this.element.replaceChildren();
    this.#picture = new Picture(this);
    this.#updateFilm();
    this.schedule();
  }

  #updateFilm() {
    if (!this.#picture?.film) {
      this.player.update(this.data.film, Boolean(this.data.film));
      return;
    }
    const { model } = this.data;
    if (this.#own?.model !== model) this.#own = { model, film: this.#picture.film(model) };
    const { film } = this.#own;
    this.player.update(film && { film, stills: film.length, number: 0, address: "", plays: true }, Boolean(film));
  }

  /* Controls */

  /** @returns {Record<string, number | string>} */
  get values() {
    const known = Object.fromEntries(this.data.controls.map(({ name, value }) => [name, value]));
    return { ...known, ...this.#held };
  }

  get isAhead() {
    return Object.keys(this.#held).length > 0;
  }

  /** Shows this value; it is told at the next commit. */
  set(name, value) {
    const control = this.data.controls.find((each) => each.name === name);
    if (control.value === value) delete this.#held[name];
    else this.#held[name] = value;
    this.#isNews = true;
    this.schedule();
  }

  /** Tells Python the values as they are. */
  commit() {
    clearTimeout(this.#timer);
    if (!this.isAhead) return;
    this.#component.setStateValue("values", { ...this.values, at: performance.now() }); // the same twice is told twice
    this.#timer = setTimeout(() => this.commit(), CONFIRM_WITHIN);
  }

  /** Tells Python of something done once, as a press. */
  act(what) {
    this.#component.setStateValue("acted", { ...what, at: performance.now() }); // twice the same is said twice
  }

  announce(text) {
    this.host.querySelector(".announcer").textContent = text;
  }

  /* Drawing */

  schedule() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#paint();
    });
  }

  #paint() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!this.#picture || !width) return;
    const { model, bound, controls, legend } = this.data;
    const { values } = this;
    const seen = this.player.draw(bound);
    if (seen && !this.isAhead) this.#last = { moment: seen.still, of: this.data.of };
    const { moment, of } = seen ? { moment: seen.still, of: this.data.of } : (this.#last ?? { moment: null, of: "" });
    const isOld = moment !== null && (this.isAhead || !seen);
    for (const each of this.element.querySelectorAll("svg")) each.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#drawn = this.#picture.draw({ model, values, moment, isOld, of, width, height });
    const { tiles, caption = "" } = this.#drawn;
    drawTiles(this.host.querySelector(".tiles"), tiles);
    this.controls.draw(controls, values);
    drawLegend(this.host.querySelector(".legend"), legend);
    this.caption.hidden = !caption;
    if (this.caption.textContent !== caption) this.caption.textContent = caption;
    this.#frames += 1;
    Object.assign(this.host.dataset, { frames: this.#frames, ahead: this.isAhead, old: isOld });
    this.#rest.moved();
  }

  /** The picture in words, for who does not see it; and the numbers aloud, where a control has changed them. */
  #describe() {
    const { tiles, says } = this.#drawn;
    const numbers = inWords(tiles);
    this.element.querySelector("svg[role]")?.setAttribute("aria-label", `${says} ${numbers}`);
    if (!this.#isNews || this.host.dataset.old === "true") return;
    this.#isNews = false;
    this.announce(numbers);
  }

  destroy() {
    this.figure.destroy();
    this.player.destroy();
    this.#rest.destroy();
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
  }
}

/** Takes the component's elements over. */
export default function mount(root) {
  return new Stage(root);
}
