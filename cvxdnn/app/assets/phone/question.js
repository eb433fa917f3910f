/** One question on a phone: its words, the answer, what became of it, and what the class said. */

import { element } from "../common/elements.js";
import { bringInSight } from "../common/look.js";
import { percent } from "../common/numbers.js";
import { KINDS } from "../questions/index.js";
import { keep, kept } from "./room.js";

const RETRY = 1500; // milliseconds
const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export class QuestionView {
  #state;
  #memory; // {draft, sent, turn, number}: the answer now, what was acknowledged, how often was sent, this phone's number
  #isSending = false;
  #trouble = ""; // what became of the last try to send
  #timer = 0;

  /**
   * @param {import("./room.js").Room} room
   * @param {import("./room.js").State} state
   */
  constructor(room, state) {
    this.room = room;
    this.#state = state;
    this.name = nameOf(room, state);
    this.#memory = kept(this.name) ?? { draft: null, sent: null, turn: 0 };
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
  }

  /** Whether this is about the question that a state asks. */
  isOf(state) {
    return this.name === nameOf(this.room, state);
  }

  /** @param {import("./room.js").State} state of the same question */
  update(state) {
    const isNews = state.phase === "revealed" && this.#state.phase !== "revealed";
    this.#state = state;
    if (state.phase === "open" && this.#trouble === "too late") this.#trouble = "";
    if (state.phase !== "open" && this.#isIn) this.answer.value = this.#memory.sent; // that is what counts
    this.answer.lock(state.phase !== "open");
    if (state.reveal) this.answer.reveal(state.reveal);
    this.#show();
    if (isNews) bringInSight(this.words); // what is right stands there, and the picture below it
  }

  /** There is a connection again. */
  retry() {
    if (this.#trouble === "lost") this.#send();
  }

  destroy() {
    clearTimeout(this.#timer);
    this.#state = null;
    this.answer.destroy();
  }

  #changed() {
    this.#memory.draft = this.answer.value;
    this.#trouble = "";
    keep(this.name, this.#memory);
    this.#show();
  }

  async #send() {
    clearTimeout(this.#timer);
    const answer = this.answer.value;
    if (answer === null || this.#isSending || this.#state?.phase !== "open") return;
    this.#isSending = true;
    this.#memory.turn += 1;
    keep(this.name, this.#memory);
    this.#show();
    const trouble = await this.#say(answer);
    this.#isSending = false;
    if (!this.#state) return;
    this.#trouble = trouble;
    if (!trouble) this.#memory.sent = answer;
    keep(this.name, this.#memory);
    this.#show();
    if (trouble === "lost") this.#timer = setTimeout(() => this.#send(), RETRY);
  }

  /** @returns {Promise<string>} what went wrong, empty where nothing did; "lost" may pass */
  async #say(answer) {
    try {
      const { status, told } = await this.room.say(this.#state.step, this.#memory.turn, answer);
      if (status === 200) this.#memory.number = told.number;
      if (status === 200) return "";
      return status === 429 || status >= 500 || !told ? "lost" : told.refused;
    } catch {
      return "lost";
    }
  }

  #show() {
    const { phase, question, reveal } = this.#state;
    const isOpen = phase === "open";
    const isSent = this.#memory.sent !== null && isSame(this.#memory.sent, this.answer.value);
    this.words.textContent = (phase === "revealed" && reveal?.words) || question.text;
    this.send.disabled = !isOpen || this.answer.value === null || isSent || this.#isSending;
    this.send.textContent = this.#isSending
      ? "Sending …"
      : isSent
        ? "Sent ✓"
        : this.#memory.sent
          ? "Send again"
          : "Send";
    this.clear.disabled = !isOpen || this.answer.isEmpty;
    this.clear.hidden = question.kind === "choice";
    const text = this.#said(isSent);
    if (this.status.textContent !== text) this.status.textContent = text; // said once by screen readers
    this.status.classList.toggle("bad", this.#trouble !== "");
    document.body.dataset.phase = phase;
  }

  #said(isSent) {
    const { phase, reveal } = this.#state;
    if (phase === "revealed") return this.#verdict(reveal);
    if (this.#trouble === "too late") return "Too late: the answers were locked before yours came.";
    if (phase === "locked" && this.#trouble === "lost") return "Locked. It is not sure that your answer came in time.";
    if (phase === "locked") return this.#isIn ? "Locked. Your answer is in." : "Locked. You sent no answer this time.";
    if (this.#trouble === "lost") return "Not sent yet. Trying again …";
    if (this.#trouble) return "This was not taken. Change it and send it again.";
    if (isSent) return "Sent. You may change it until the answers are locked.";
    if (this.#memory.sent !== null) return "Changed, not sent yet.";
    return this.answer.hint;
  }

  get #isIn() {
    return this.#memory.sent !== null;
  }

  /** What a phone is told at the end, about what it sent. */
  #verdict(reveal) {
    if (!this.#isIn) return "You sent no answer this time.";
    const [, score] = reveal?.scores?.find(([number]) => number === this.#memory.number) ?? [];
    if (score !== undefined) return `Your drawing: ${percent(score)} above the best there is.`;
    const isRight = reveal?.right === null || !reveal ? undefined : this.answer.isRight(reveal.right);
    if (isRight === undefined) return "Your answer was counted.";
    return isRight ? "Right." : "Not this time. Look at the screen in front.";
  }
}

/** The class, by code and end, and the step: where an answer is kept. */
const nameOf = (room, state) => `${room.code}-${state.until}-${state.step}`;
