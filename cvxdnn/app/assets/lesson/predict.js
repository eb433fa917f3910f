/**
 * A prediction: one question after the other, each answered on the stage or beside it (`questions`).
 *
 * What was answered is kept while the lesson is open, also where one goes back to look again.
 */

import { element } from "../common/elements.js";
import { columns } from "../common/numbers.js";
import { KINDS } from "../questions/index.js";
import { simplified } from "../sketch/line.js";
import { priced } from "../sketch/price.js";
import { Bars } from "./bars.js";

const ANY = -1; // area of a triangle: none is as small

export class Predict {
  round = 0;
  #drafts = [];
  #input = null;
  #locked = null; // the answers that cannot be changed any more

  /**
   * @param {import("./scene.js").Lesson} lesson
   * @param {import("./stage.js").Stage} stage
   * @param {?import("./tube.js").Tube} tube
   * @param {{most: number, changed: () => void}} options most knots of a drawing
   */
  constructor(lesson, stage, tube, options) {
    Object.assign(this, { lesson, stage, tube, options });
    this.bars = new Bars(lesson.charge);
  }

  get question() {
    return this.lesson.questions[this.round];
  }

  get isLast() {
    return this.round === this.lesson.questions.length - 1;
  }

  /** Whether the question that is shown is answered. */
  get isAnswered() {
    return (this.#input?.value ?? null) !== null;
  }

  get canClear() {
    return !this.#locked && this.question.kind !== "choice" && Boolean(this.#input) && !this.#input.isEmpty;
  }

  get hint() {
    return this.question.kind === "sketch" && !this.isAnswered && this.canClear
      ? "Draw on to both ends."
      : this.lesson.hint;
  }

  clear() {
    this.#input.clear();
  }

  /** All answers; only where all questions are answered. */
  get answers() {
    this.#keep();
    return this.lesson.questions.map((question, k) => {
      const draft = this.#drafts[k];
      return question.kind === "sketch" ? simplified(draft, ANY, this.options.most) : draft;
    });
  }

  turn(step) {
    this.#keep();
    this.round += step;
  }

  /**
   * Asks the question of this round.
   * @param {Element} text where words and options are put
   * @param {?any[]} locked the answers, once they are given
   */
  open(text, locked) {
    this.close();
    const { lesson, question, stage, tube } = this;
    this.#locked = locked;
    stage.places = lesson.places.map((k) => question.points[k]);
    stage.of({ points: question.points, curves: [{ style: "given", knots: question.curve }] });
    const isOnTube = question.kind === "taps" && tube;
    const asked = isOnTube
      ? { ...question, points: lesson.proof.x.map((x, k) => [x, lesson.proof.pull[k]]) }
      : question;
    const isOnStage = question.kind !== "order" || stage.places.length > 0;
    this.#input = new KINDS[question.kind](
      asked,
      () => this.#changed(),
      isOnTube ? tube : isOnStage ? stage : undefined,
    );
    const draft = locked?.[this.round] ?? this.#drafts[this.round] ?? null;
    if (draft !== null) this.#input.value = draft;
    text.replaceChildren(...this.#words(), ...(this.#input.element ? [this.#input.element] : []), this.bars.element);
    this.#input.lock(Boolean(locked));
    if (isOnTube) tube.draw();
    this.#show();
  }

  #words() {
    const { lesson, round, question } = this;
    const count = lesson.questions.length;
    const rounds = count > 1 ? [element("p", { class: "round" }, null, [this.#roundName(round, count)])] : [];
    this.hintLine = element("p", { class: "hint" }, null, [this.hint]);
    return [...rounds, element("h2", { class: "question" }, null, [question.text]), this.hintLine];
  }

  #roundName(round, count) {
    const { names, betas } = this.lesson;
    const of = [names[round], betas.length === count ? `weight decay ${betas[round]}` : ""].filter(Boolean).join(": ");
    return `${round + 1} of ${count}${of ? ` · ${of}` : ""}`;
  }

  #changed() {
    this.#keep();
    this.#show();
    this.options.changed();
  }

  #show() {
    this.hintLine.textContent = this.#locked ? "Your prediction is locked." : this.hint;
    this.#showOption();
    this.#showPrice();
  }

  /** What the chosen option looks like. */
  #showOption() {
    const { lesson, stage, question } = this;
    if (question.kind !== "choice" || !lesson.curves.length) return;
    const knots = lesson.curves[this.#input.value];
    stage.show(knots ? [{ style: "yours", name: "your choice", knots }] : []);
  }

  /** What the drawing costs, where several are asked for: it is to be beaten. A level line costs a whole bar. */
  #showPrice() {
    const { lesson, question, round } = this;
    const knots = question.kind === "sketch" && lesson.questions.length > 1 ? this.#input.value : null;
    if (!knots || lesson.betas.length <= round) {
      this.bars.of([]);
      return;
    }
    const model = { ...lesson, beta: lesson.betas[round] };
    const { misfit, charge } = priceOf(knots, question.points, model);
    this.bars.of(
      [{ role: "you", name: "yours", misfit: [misfit], charge: [charge] }],
      priceOf(level(question.points), question.points, model).misfit,
    );
    this.bars.draw(0);
  }

  #keep() {
    if (this.#input && !this.#locked) this.#drafts[this.round] = this.#input.value;
  }

  close() {
    this.#keep();
    this.#input?.destroy();
    this.#input = null;
    this.stage.canvas.removeAttribute("tabindex");
    this.stage.canvas.classList.remove("canvas");
    this.stage.canvas.setAttribute("role", "img");
    this.stage.show([]);
  }
}

/** A level line through the middle of the points: it does not bend. */
function level(points) {
  const middle = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  return [points[0], points.at(-1)].map(([x]) => [x, middle]);
}

/** In the units of weight decay: x from 0 to 1, y of range 1. */
function priceOf(knots, points, { beta, depth, loss }) {
  const [xs, ys] = columns(points);
  const [low, wide] = [Math.min(...xs), Math.max(...xs) - Math.min(...xs)];
  const high = Math.max(...ys) - Math.min(...ys) || 1;
  const unit = ([x, y]) => [(x - low) / wide, y / high];
  const line = knots.map(unit);
  const [x, y] = columns(points.map(unit));
  return priced(line, { x, y }, { beta, depth, loss });
}
