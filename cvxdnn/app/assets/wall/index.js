/**
 * The wall of a class: what the phones said so far, how one joins, and the teacher's buttons.
 *
 * Python sends what has changed; of drawings only those that came since this browser said up to where it knows them.
 * The secret of a class is kept in this tab alone (`sessionStorage`), and told to Python after a reload.
 *
 * @typedef {[number, number][]} Knots
 * @typedef {object} Class
 * @property {string} code
 * @property {string} secret
 * @property {number} version of the room; a press counts for the version that was shown
 * @property {number} number of the lesson; 0 for somebody's own
 * @property {string} title  @property {string[]} see what the picture shows
 * @property {number} step
 * @property {number} steps
 * @property {"waiting" | "open" | "locked" | "revealed"} phase
 * @property {number} phones
 * @property {number} answered
 * @property {string} link to join
 * @property {string} address to join, as it is written
 * @property {string} qr
 * @property {string} trouble
 * @property {{kind: string, text: string, options: string[], points: Knots, curve: Knots, frame: Knots}} question
 * @property {?{x: number[], pull: number[]}} pull of the points in its tube, where that is shown
 * @property {Knots[]} options what they look like
 * @property {number[] | number[][]} counts
 * @property {?import("./drawings.js").News} drawings
 * @property {?Reveal} reveal
 *
 * @typedef {object} Reveal
 * @property {number | number[] | null} right
 * @property {string} words
 * @property {{name: string, gap?: number, count?: number, style: string}[]} results `gap`: above the best there is; `count`: of answers
 * @property {{role: string, name: string, x: number[], y: number[][]}[]} curves `y`: of each frame
 * @property {string[]} said of each frame
 * @property {number} seconds of playing
 * @property {number} rest where it stands then, from 0 to 1
 * @property {?{y: number[][]}} pull in its tube  @property {number[][]} touches where it is at a wall; both of each frame
 * @property {?{point: number, y: number[][]}} dragged a point that moves
 * @property {?number} best price
 *
 * @typedef {object} Data
 * @property {?Class} class
 * @property {?{title: string, what: string, buttons: {what: string, label: string}[],
 *   back: string, asks: boolean}} begin `asks`: whether Python has yet to be told what this tab has kept
 * @property {string} trouble
 * @property {string} forget code of a class that is over
 */

import { element } from "../common/elements.js";
import { showLook } from "../common/look.js";
import { percent } from "../common/numbers.js";
import { isAtWork } from "../common/server.js";
import { nearest, playOnce } from "../lesson/frames.js";
import { Board } from "./board.js";
import { Drawings } from "./drawings.js";
import { forget, keep, kept } from "./secret.js";
import { Strip } from "./strip.js";

/** What may be done, and in which phases. */
const ACTIONS = {
  open: { label: "Open", from: ["waiting", "locked"] },
  lock: { label: "Lock", from: ["open"] },
  reveal: { label: "Reveal", from: ["open", "locked"] },
  next: { label: "Next", from: ["waiting", "open", "locked", "revealed"] },
  close: { label: "Close", from: ["waiting", "open", "locked", "revealed"] },
};
const FOLLOWING = { waiting: "open", open: "lock", locked: "reveal", revealed: "next" };
const SAID = {
  waiting: "Phones wait for the question.",
  open: "Phones may answer.",
  locked: "Nobody can change an answer now.",
  revealed: "",
};
const FORWARD = ["PageDown", "ArrowRight"];
const BUSY = "One moment …"; // the answer may have to be computed
const AGAIN = 2000; // milliseconds after which a press that had no effect is told again, unless Python is at work
const TIMES = 4; // so often; then it may be made again
const SURE = 4000; // milliseconds in which a second press closes the class

class Wall {
  #component;
  #data;
  #asked = -1; // the version for which something was asked
  #timer;
  #isSure = false;
  #played = ""; // which reveal has been played
  #t = 1; // at which time of it
  #stop = () => {};

  constructor(root) {
    this.host = root.querySelector(".class-wall");
    this.begin = this.host.querySelector(".begin");
    this.room = this.host.querySelector(".room");
    this.drawings = new Drawings((serial) => this.#say("known", { serial }));
    this.board = new Board(this.room.querySelector(".picture"));
    this.strip = new Strip(this.room.querySelector(".strip"));
    const footer = this.room.querySelector(".buttons");
    this.buttons = Object.entries(ACTIONS).map(([what, { label }]) => {
      const button = element("button", { type: "button", "data-what": what }, footer, [label]);
      button.onclick = () => (what === "close" ? this.#close(button) : this.#ask(what));
      return button;
    });
    this.onKey = (event) => this.#key(event);
    window.addEventListener("keydown", this.onKey);
    this.observer = new ResizeObserver(() => this.#draw());
    this.observer.observe(this.host);
    this.observer.observe(this.board.host); // what stands below it may need more room
  }

  update(component) {
    this.#component = component;
    const data = component.data;
    this.#data = data;
    if (data.forget) forget(data.forget);
    if (data.class) keep(data.class);
    else if (data.begin.asks && kept()) this.#say("kept", kept());
    this.drawings.take(data.class);
    showLook(this.host, null); // a wall of its own, whatever view the address asks for
    this.#draw();
  }

  #say(name, what) {
    this.#component.setStateValue(name, { ...what, at: performance.now() }); // twice the same is said twice
  }

  #draw() {
    if (!this.#data) return;
    this.begin.hidden = Boolean(this.#data.class);
    this.room.hidden = !this.#data.class;
    if (this.#data.class) this.#drawRoom(this.#data.class);
    else this.#drawBegin(this.#data);
  }

  #drawBegin({ begin, trouble }) {
    this.begin.querySelector(".title").textContent = begin.title;
    this.begin.querySelector(".what").textContent = begin.what;
    const buttons = begin.buttons.map(({ what, label }, k) => {
      const button = element("button", { type: "button", class: k ? "" : "main", "data-what": what }, null, [label]);
      button.onclick = () => this.#tell(what);
      return button;
    });
    const back = element("a", { href: begin.back, target: "_self" }, null, ["Back to the lesson"]);
    this.begin.querySelector(".buttons").replaceChildren(...buttons, back);
    said(this.begin.querySelector(".trouble"), trouble);
  }

  #drawRoom(state) {
    const { room } = this;
    this.room.dataset.phase = state.phase;
    this.room.dataset.kind = state.question.kind;
    const number = state.number ? [element("span", {}, null, [String(state.number)])] : [];
    room.querySelector(".title").replaceChildren(...number, state.title);
    const place = state.steps > 1 ? ` (question ${state.step + 1} of ${state.steps})` : "";
    room.querySelector(".asked").textContent = state.reveal?.words || state.question.text + place;
    room.querySelector(".see").textContent = state.see.join(" ");
    room.querySelector(".where").textContent = state.address;
    room.querySelector(".code").textContent = state.code;
    const code = room.querySelector(".qr");
    if (code.getAttribute("src") !== state.qr) code.src = state.qr;
    code.alt = `QR code of ${state.link}`;
    const { answered, phones } = state;
    const [count, of] = state.phase === "waiting" ? [phones, " joined"] : [answered, ` of ${phones} sent`];
    room.querySelector(".count").replaceChildren(element("b", {}, null, [String(count)]), of);
    this.#drawResults(state);
    this.#play(state);
    const lines = this.drawings.lines;
    this.strip.draw(state, lines, this.board.draw(state, lines, this.#t));
    this.#drawButtons(state);
    this.#drawWords(state);
  }

  /** What is revealed is played once, and then stands. */
  #play({ code, step, reveal }) {
    const of = reveal ? `${code} ${step}` : "";
    if (of === this.#played) return;
    this.#played = of;
    this.#stop();
    if (!reveal) return;
    this.#stop = playOnce(reveal.seconds, reveal.rest, (t) => {
      this.#t = t;
      const state = this.#data.class;
      if (!state?.reveal) return;
      this.board.draw(state, this.drawings.lines, t);
      this.#drawWords(state);
    });
  }

  #drawWords({ trouble, phase, reveal }) {
    const words = this.room.querySelector(".said");
    words.classList.toggle("trouble", Boolean(trouble));
    words.textContent = trouble || (reveal ? nearest(reveal.said, this.#t) : this.#isBusy ? BUSY : SAID[phase]);
  }

  #drawResults({ reveal, answered }) {
    const list = this.room.querySelector(".results");
    list.hidden = !reveal?.results.length;
    const rows = (reveal?.results ?? []).map(({ name, gap, count, style }) => {
      const value = gap === undefined ? `${count} of ${answered}` : gap ? percent(gap) : "0 %";
      return element("div", { class: style }, null, [
        element("dt", {}, null, [name]),
        element("dd", {}, null, [value]),
      ]);
    });
    list.replaceChildren(...rows);
  }

  #following({ phase, step, steps }) {
    const what = FOLLOWING[phase];
    return what === "next" && step + 1 === steps ? null : what;
  }

  get #isBusy() {
    return this.#asked === this.#data.class?.version;
  }

  #drawButtons(state) {
    const isBusy = this.#isBusy;
    const following = this.#following(state);
    for (const button of this.buttons) {
      const { what } = button.dataset;
      const isLast = what === "next" && state.step + 1 === state.steps;
      const mayBe = ACTIONS[what].from.includes(state.phase) && !isLast;
      button.setAttribute("aria-disabled", String(isBusy || !mayBe));
      button.classList.toggle("main", what === following || (what === "close" && !following));
    }
    this.#button("open").textContent = state.phase === "locked" ? "Open again" : "Open";
  }

  #button(what) {
    return this.buttons.find((button) => button.dataset.what === what);
  }

  #ask(what) {
    const state = this.#data.class;
    if (!state || this.#button(what).getAttribute("aria-disabled") === "true") return;
    this.#asked = state.version;
    this.#tell(what);
    this.#drawButtons(state);
    this.#drawWords(state);
  }

  /** Tells a press, which has an effect once: Streamlit may drop what meets a run that is just ending. */
  #tell(what, times = 1) {
    const version = this.#data.class?.version;
    if (times === 1 || !isAtWork()) this.#say("asked", { what, version: version ?? 0 });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const isAnswered = this.#data.class?.version !== version || Boolean(this.#data.trouble);
      if (!isAnswered && times < TIMES) return this.#tell(what, times + 1);
      this.#asked = -1;
      this.#draw();
    }, AGAIN);
  }

  /** A second press closes the class: all that was said is gone then. */
  #close(button) {
    if (this.#isSure) {
      this.#isSure = false;
      button.textContent = ACTIONS.close.label;
      this.#ask("close");
      return;
    }
    this.#isSure = true;
    button.textContent = "Close and forget it all?";
    setTimeout(() => {
      this.#isSure = false;
      button.textContent = ACTIONS.close.label;
    }, SURE);
  }

  #key(event) {
    const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (!this.#data?.class || !FORWARD.includes(event.key) || isTyping || !this.host.isConnected) return;
    event.preventDefault();
    const following = this.#following(this.#data.class);
    if (following && !event.repeat) this.#ask(following);
  }

  destroy() {
    window.removeEventListener("keydown", this.onKey);
    clearTimeout(this.#timer);
    this.#stop();
    this.observer.disconnect();
  }
}

/** A sentence, or nothing. */
function said(node, words) {
  node.hidden = !words;
  if (node.textContent !== words) node.textContent = words;
}

/** Takes the component's elements over. */
export default function mount(root) {
  return new Wall(root);
}
