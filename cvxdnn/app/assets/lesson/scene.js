/**
 * One lesson on the screen. Its stage is made once, and nothing but what is drawn on it changes from step to step.
 *
 * @typedef {object} Lesson what may be known before the prediction
 * @property {number} number  @property {string} title  @property {string[]} see  @property {string} hint
 * @property {import("../questions/index.js").Question[]} questions
 * @property {number[]} betas in the units of weight decay  @property {string[]} names of them
 * @property {string} loss  @property {number} depth  @property {string} charge what weight decay charges, in words
 * @property {number[]} places for an order: which point each option is
 * @property {[number, number][][]} curves for a choice: what each option looks like
 * @property {[number, number][]} frame what the axes reach over besides the points
 * @property {boolean} shows_pull whether a tube belongs to the picture
 * @property {import("./tube.js").Proof} [proof] of a curve that is not shown
 * @property {import("./tube.js").Proof & {y: number[], curve: number[]}} [example] of one that is
 */

import { AtRest } from "../common/at_rest.js";
import { element } from "../common/elements.js";
import { bringInSight } from "../common/look.js";
import { Predict } from "./predict.js";
import { RevealView } from "./reveal.js";
import { Stage } from "./stage.js";
import { Tube } from "./tube.js";

const TEACHER = [
  ["ask", "Ask"],
  ["expect", "Expect"],
  ["background", "Background"],
];

const EMPTY = { x: [], pull: [] };

export class Scene {
  #reveal = null;
  #rest = new AtRest(() => this.stage.canvas.getAttribute("role") === "img" && this.#describe());

  /**
   * @param {Element} text  @param {Element} picture
   * @param {Lesson} lesson
   * @param {{most: number, changed: () => void}} options
   */
  constructor(text, picture, lesson, options) {
    Object.assign(this, { text, lesson });
    this.places = placesOf(lesson);
    this.stage = new Stage(this.places, () => {
      this.tube?.draw();
      this.#rest.moved();
    });
    this.tube = lesson.shows_pull ? new Tube(this.stage) : null;
    this.under = element("div", { class: "under" });
    const parts = [this.stage.element, this.stage.names, ...(this.tube ? [this.tube.element] : []), this.under];
    picture.replaceChildren(...parts);
    this.predict = new Predict(lesson, this.stage, this.tube, options);
  }

  #describe() {
    this.stage.canvas.setAttribute("aria-label", this.stage.describe());
  }

  see() {
    const { lesson, stage, tube } = this;
    this.#leave();
    this.#say(...lesson.see.map((words) => element("p", { class: "say" }, null, [words])));
    const { example } = lesson;
    const { points, curve } = lesson.questions[0];
    if (example) {
      const along = (ys) => example.x.map((x, k) => [x, ys[k]]);
      stage.span(along(example.y));
      const knots = example.touches.map((k) => example.x[k]);
      stage.of({
        points: along(example.y),
        knots,
        curves: [{ style: "best", name: "the best", knots: along(example.curve) }],
      });
      tube?.of(example);
    } else stage.of({ points, curves: [{ style: "given", knots: curve }] });
  }

  /** @param {?any[]} answers where they are given */
  ask(answers) {
    this.#leave();
    this.predict.open(this.text, answers);
  }

  /**
   * @param {import("./reveal.js").Reveal} reveal
   * @param {any[]} answers to which it is
   * @param {boolean} plays
   */
  reveal(reveal, answers, plays) {
    this.#leave();
    this.#viewOf(reveal, answers).open(plays);
    this.#say(...this.#reveal.words());
    if (plays) bringInSight(this.stage.element); // a phone that lies on its side stands at the button
  }

  /**
   * @param {import("./reveal.js").Reveal} reveal
   * @param {any[]} answers to which it is
   */
  takeaway(reveal, answers) {
    this.#leave();
    this.#viewOf(reveal, answers).rest();
    const { takeaway, now, teacher } = reveal;
    const notes = TEACHER.filter(([name]) => teacher[name]).map(([name, title]) =>
      element("p", {}, null, [element("b", {}, null, [`${title}: `]), teacher[name]]),
    );
    this.#say(
      element("p", { class: "takeaway" }, null, [takeaway]),
      ...(now.link ? [element("p", {}, null, ["Now try: ", element("a", { href: now.link }, null, [now.words])])] : []),
      ...(notes.length
        ? [element("details", {}, null, [element("summary", {}, null, ["Teacher’s note"]), ...notes])]
        : []),
    );
  }

  #viewOf(reveal, answers) {
    if (this.#reveal?.reveal !== reveal) {
      this.#reveal?.destroy();
      this.#reveal = new RevealView(reveal, this.lesson, answers, this);
    }
    return this.#reveal;
  }

  #leave() {
    this.#reveal?.rest();
    this.predict.close();
    this.under.replaceChildren();
    this.stage.span(this.places);
    this.tube?.of(this.lesson.proof ?? EMPTY);
  }

  #say(...parts) {
    this.text.replaceChildren(...parts);
  }

  destroy() {
    this.#reveal?.destroy();
    this.predict.close();
    this.stage.destroy();
    this.#rest.destroy();
  }
}

/** What the axes reach over: the points, or where nothing is known but curves, those. */
function placesOf({ questions, curves, frame }) {
  const points = questions.flatMap((question) => question.points);
  return [...(points.length ? points : [...questions[0].curve, ...curves.flat()]), ...frame];
}
