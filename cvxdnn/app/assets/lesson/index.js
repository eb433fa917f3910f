/**
 * The player of lessons: see, predict, reveal, takeaway.
 *
 * Where it is belongs to Python, which has it in the page's address; the browser tells where it wants to go, and goes
 * there at once if all that is needed is here. What is revealed is never here before Python was told a prediction.
 *
 * @typedef {{n: number, step: number, answers: ?any[], told: number}} Place `n`: number of the lesson, 0 for the list;
 *   `told`: number of what was told last
 *
 * @typedef {object} Data what `lesson_player` in Python sends
 * @property {Place} place
 * @property {?import("./scene.js").Lesson} lesson
 * @property {?import("./reveal.js").Reveal} reveal
 * @property {{title: string, line: string, is_in_path: boolean}[]} entries
 * @property {number} most_knots
 */

import { element } from "../common/elements.js";
import { showLook } from "../common/look.js";
import { overview } from "./overview.js";
import { Scene } from "./scene.js";

const STEPS = ["See", "Predict", "Reveal", "Takeaway"];
const [SEE, PREDICT, REVEAL, TAKEAWAY] = STEPS.keys();
const TURNS = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
const OWN_KEYS = 'input, textarea, select, [role="application"], [role="radio"], [role="slider"], [role="tab"], .tap';

class Player {
  /** @type {Data} */
  data;
  /** @type {Place} */
  place = { n: 0, step: SEE, answers: null, told: 0 };
  #component;
  #scene = null;
  #shown = "";
  #seen = ""; // the reveal that was played
  #stop = new AbortController();

  constructor(root) {
    this.host = root.querySelector(".lesson");
    for (const name of ["name", "steps", "text", "picture", "entries", "back", "clear", "next"]) {
      this[name] = this.host.querySelector(`.${name}`);
    }
    this.steps.replaceChildren(...STEPS.map((words) => element("li", {}, null, [words])));
    this.back.onclick = () => this.turn(-1);
    this.next.onclick = () => this.turn(1);
    this.clear.onclick = () => this.#scene.predict.clear();
    document.addEventListener("keydown", (event) => this.#key(event), { signal: this.#stop.signal });
  }

  /** New data from Python, or another theme. */
  update(component) {
    this.#component = component;
    this.data = component.data;
    showLook(this.host, this.data.view);
    if (this.data.place.told < this.place.told) return; // an answer to what was told before
    this.place = { ...this.data.place };
    this.#show();
  }

  /** Tells where to go, and goes there if what is shown there is here. */
  #go(change) {
    this.place = { ...this.place, ...change, told: this.place.told + 1 };
    const { n, step, answers, told } = this.place;
    this.#component.setStateValue("told", { number: told, n, step, answers });
    if (this.#isHere) this.#show();
    else this.#wait();
  }

  get #isHere() {
    const { n, step, answers } = this.place;
    const { place, reveal } = this.data;
    if (n === 0) return true;
    return n === place.n && (step < REVEAL || (reveal !== null && isSame(answers, place.answers)));
  }

  #wait() {
    this.host.toggleAttribute("data-waiting", true);
    this.next.disabled = true;
    this.next.textContent = "One moment …";
  }

  /** One step on, or back. */
  turn(by) {
    if (this.host.hasAttribute("data-waiting")) return;
    const { n, step, answers } = this.place;
    if (n === 0) return;
    if (by > 0) this.#onward(n, step, answers);
    else if (step === PREDICT && this.#scene.predict.round > 0) this.#turnRound(-1);
    else this.#go(step > SEE ? { step: step - 1 } : { n: 0, step: SEE, answers: null });
  }

  #onward(n, step, answers) {
    if (step === TAKEAWAY) {
      this.#go({ n: n < this.data.entries.length ? n + 1 : 0, step: SEE, answers: null });
      return;
    }
    if (step !== PREDICT) {
      this.#go({ step: step + 1 });
      return;
    }
    const { predict } = this.#scene;
    if (!predict.isAnswered) return;
    if (!predict.isLast) this.#turnRound(1);
    else this.#go({ step: REVEAL, answers: answers ?? predict.answers });
  }

  #turnRound(by) {
    this.#scene.predict.turn(by);
    this.#show();
  }

  #key(event) {
    const by = TURNS[event.key];
    const [target] = event.composedPath();
    if (!by || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (this.place.n === 0 || target.closest?.(OWN_KEYS) || target.isContentEditable) return;
    event.preventDefault();
    this.turn(by);
  }

  /** Shows the place, where it is not shown already: a drawing goes on while Python confirms where it is. */
  #show() {
    const { n, step, answers } = this.place;
    const shown = JSON.stringify([n, step, answers, this.#scene?.predict.round ?? 0]);
    this.host.toggleAttribute("data-waiting", false);
    if (this.#shown === shown) {
      if (n) this.#showButtons();
      return;
    }
    this.#shown = shown;
    this.host.dataset.step = n ? STEPS[this.place.step].toLowerCase() : "list";
    if (n) this.#showLesson();
    else this.#showList();
  }

  #showList() {
    this.#close();
    this.name.textContent = "Lessons";
    this.entries.replaceChildren(...overview(this.data.entries, (number) => this.#go({ n: number, step: SEE })));
  }

  #showLesson() {
    const { lesson, reveal } = this.data;
    const { step, answers } = this.place;
    if (this.#scene?.lesson.number !== lesson.number) {
      this.#close();
      const options = { most: this.data.most_knots, changed: () => this.#showButtons() };
      this.#scene = new Scene(this.text, this.picture, lesson, options);
    }
    const isOwn = lesson.number > this.data.entries.length; // somebody's own, which is in no list
    this.name.textContent = isOwn ? lesson.title : `${lesson.number}. ${lesson.title}`;
    if (step === SEE) this.#scene.see();
    if (step === PREDICT) this.#scene.ask(answers);
    if (step === REVEAL) this.#scene.reveal(reveal, answers, this.#isNew(answers));
    if (step === TAKEAWAY) this.#scene.takeaway(reveal, answers);
    this.text.scrollTop = 0;
    this.#showSteps();
    this.#showButtons();
  }

  /** Whether these answers were given just now: a page that was loaded again shows the end. */
  #isNew(answers) {
    const name = JSON.stringify([this.place.n, answers]);
    const isNew = this.#seen !== name && this.place.told > 0;
    this.#seen = name;
    return isNew;
  }

  #showSteps() {
    const { step, answers } = this.place;
    [...this.steps.children].forEach((item, k) => {
      item.classList.toggle("locked", k > PREDICT && !answers);
      if (k === step) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
  }

  #showButtons() {
    const { n, step, answers } = this.place;
    const { predict } = this.#scene;
    const isAsked = step === PREDICT;
    this.clear.classList.toggle("away", !isAsked || !predict.canClear);
    this.next.disabled = isAsked && !predict.isAnswered;
    const isEnd = n >= this.data.entries.length;
    const onPredict = predict.isLast ? (answers ? "Reveal" : "Lock it in") : "Next";
    this.next.textContent = ["Predict", onPredict, "Takeaway", isEnd ? "All lessons" : "Next lesson"][step];
    this.back.textContent = step === SEE ? "All lessons" : "Back";
    this.text.tabIndex = this.text.scrollHeight > this.text.clientHeight ? 0 : -1; // what scrolls can be scrolled by keys
  }

  #close() {
    this.#scene?.destroy();
    this.#scene = null;
  }

  destroy() {
    this.#stop.abort();
    this.#close();
  }
}

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Takes the component's elements over. */
export default function mount(root) {
  return new Player(root);
}
