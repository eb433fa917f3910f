/**
 * One question on a phone: its words, the answer, what became of it, and what the class said.
 *
 * An answer that was sent is pending until it is known whether it was taken: it is said again under the same turn, also
 * after a reload or the lock, and the server acknowledges once more what it took.
 */

import { element } from "../common/elements.js";
import { bringInSight } from "../common/look.js";
import { percent } from "../common/numbers.js";
import { keep, kept } from "../common/tab.js";
import { KINDS } from "../questions/index.js";
import { isPassing } from "./room.js";

const RETRY = 1500; // milliseconds
const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export class QuestionView {
  #state;
  /** draft: the answer now;  pending: {answer, turn};  sent: what was taken;  turn: of the last one;  number, isLate */
  #memory;
  #sending = null; // what ends the request on its way
  #trouble = ""; // why the last answer was not taken; "lost" while that is not known
  #timer = 0;

  /**
   * @param {import("./room.js").Room} room
   * @param {import("./room.js").State} state
   */
  constructor(room, state) {
    this.room = room;
    this.#state = state;
    this.name = nameOf(room, state);
    this.#memory = kept(this.name) ?? { draft: null, pending: null, sent: null, turn: 0 };
    this.answer = new KINDS[state.question.kind](state.question, () => this.#changed());
    if (this.#memory.draft !== null) this.answer.value = this.#memory.draft;
    this.clear = element("button", { type: "button" }, null, ["Start again"]);
    this.send = element("button", { class: "main", type: "button" }, null, ["Send"]);
    this.status = element("p", { class: "status", role: "status" });
    this.words = element("h1");
    this.foot = element("div", { class: "foot" }, null, [this.clear, this.send]);
    this.place = element("p", { class: "place" }, null, [
      element("span", {}, null, [room.code]),
      element("span", {}, null, [`Question ${state.step + 1} of ${state.steps}`]),
    ]);
    const body = element("div", { class: "answer" }, null, [this.answer.element]);
    this.parts = [this.place, this.words, body, this.status, this.foot];
    this.clear.onclick = () => this.answer.clear();
    this.send.onclick = () => this.#send();
    this.#deliver();
  }

  /** Whether this is about the question that a state asks. */
  isOf(state) {
    return this.name === nameOf(this.room, state);
  }

  /** @param {import("./room.js").State} state of the same question */
  update(state) {
    const isNews = state.phase === "revealed" && this.#state.phase !== "revealed";
    this.#state = state;
    if (state.phase === "open" && this.#memory.isLate) this.#trouble = "";
    if (state.phase === "open") this.#memory.isLate = false;
    this.#settle();
    if (isNews) bringInSight(this.words); // what is right stands there, and the picture below it
  }

  /** There is a connection again. */
  retry() {
    this.#sending?.abort(); // it may wait for nobody
    this.#deliver();
  }

  destroy() {
    clearTimeout(this.#timer);
    this.#sending?.abort();
    this.#state = null;
    this.answer.destroy();
  }

  #changed() {
    this.#memory.draft = this.answer.value;
    if (this.#trouble !== "lost") this.#trouble = "";
    keep(this.name, this.#memory);
    this.#show();
  }

  /** Where nothing can be changed any more, what counts is shown, or what may. */
  #settle() {
    const isOpen = this.#state.phase === "open";
    const counts = this.#memory.pending?.answer ?? this.#memory.sent;
    if (!isOpen && counts !== null) this.answer.value = counts;
    this.answer.lock(!isOpen);
    if (this.#state.reveal) this.answer.reveal(this.#state.reveal);
    this.#show();
  }

  #send() {
    const answer = this.answer.value;
    if (answer === null || this.#sending || this.#state.phase !== "open") return;
    this.#memory.turn += 1;
    this.#memory.pending = { answer, turn: this.#memory.turn };
    keep(this.name, this.#memory);
    this.#deliver();
  }

  async #deliver() {
    clearTimeout(this.#timer);
    const { pending } = this.#memory;
    if (!pending || this.#sending || !this.#state) return;
    this.#sending = new AbortController();
    const { signal } = this.#sending;
    this.#show();
    const trouble = await this.#say(pending, signal);
    this.#sending = null;
    if (!this.#state) return;
    this.#trouble = trouble;
    if (trouble === "lost") this.#timer = setTimeout(() => this.#deliver(), signal.aborted ? 0 : RETRY);
    else Object.assign(this.#memory, { pending: null, isLate: trouble === "too late" });
    if (!trouble) this.#memory.sent = pending.answer;
    keep(this.name, this.#memory);
    if (this.#state.phase === "open") this.#show();
    else this.#settle();
  }

  /** @returns {Promise<string>} why it was not taken, empty where it was; "lost" where that is not known */
  async #say({ answer, turn }, stop) {
    try {
      const { status, told } = await this.room.say(this.#state.step, turn, answer, stop);
      if (status === 200) this.#memory.number = told.number;
      if (status === 200) return "";
      return isPassing(status) || !told ? "lost" : told.refused;
    } catch {
      return "lost";
    }
  }

  #show() {
    const { phase, question, reveal } = this.#state;
    const isOpen = phase === "open";
    const { pending, sent } = this.#memory;
    const isSent = !pending && this.#isIn && isSame(sent, this.answer.value);
    const isOnItsWay = this.#sending || (pending && isSame(pending.answer, this.answer.value));
    this.words.textContent = (phase === "revealed" && reveal?.words) || question.text;
    this.send.disabled = !isOpen || this.answer.value === null || isSent || Boolean(isOnItsWay);
    this.send.textContent = isOnItsWay ? "Sending …" : isSent ? "Sent ✓" : this.#memory.turn ? "Send again" : "Send";
    this.clear.disabled = !isOpen || this.answer.isEmpty;
    this.clear.hidden = question.kind === "choice";
    const text = this.#said(isSent);
    if (this.status.textContent !== text) this.status.textContent = text; // said once by screen readers
    this.status.classList.toggle("bad", this.#trouble !== "" || Boolean(this.#memory.isLate));
    document.body.dataset.phase = phase;
  }

  #said(isSent) {
    const { phase, reveal } = this.#state;
    const { pending, isLate } = this.#memory;
    if (phase !== "open" && pending) return "Locked. Asking whether your answer came in time …";
    if (phase === "revealed") return this.#verdict(reveal);
    if (isLate && this.#isIn) return "Too late: what you had sent before counts.";
    if (isLate) return "Too late: the answers were locked before yours came.";
    if (phase === "locked") return this.#isIn ? "Locked. Your answer is in." : "Locked. You sent no answer this time.";
    if (this.#trouble === "lost") return "Not sent yet. Trying again …";
    if (this.#trouble) return "This was not taken. Change it and send it again.";
    if (isSent) return "Sent. You may change it until the answers are locked.";
    if (this.#isIn) return "Changed, not sent yet.";
    return this.answer.hint;
  }

  get #isIn() {
    return this.#memory.sent !== null;
  }

  /** What a phone is told at the end, about what it sent. */
  #verdict(reveal) {
    if (!this.#isIn)
      return this.#memory.isLate ? "Your answer came too late to count." : "You sent no answer this time.";
    const [, score] = reveal?.scores?.find(([number]) => number === this.#memory.number) ?? [];
    if (score !== undefined) return `Your drawing: ${percent(score)} above the best there is.`;
    const isRight = reveal?.right === null || !reveal ? undefined : this.answer.isRight(reveal.right);
    if (isRight === undefined) return "Your answer was counted.";
    return isRight ? "Right." : "Not this time. Look at the screen in front.";
  }
}

/** The class, by code and end, and the step: where an answer is kept. */
const nameOf = (room, state) => `${room.code}-${state.until}-${state.step}`;
