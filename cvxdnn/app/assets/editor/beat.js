/**
 * "Beat it": a function that the user draws over the points, priced while it is drawn, against the best there is.
 *
 *   closed    as if there were no such thing
 *   drawing   optimum, band, networks and proof are hidden: only the best price is known
 *   revealed  all of it is shown with the drawing, which can still be changed
 *
 * The drawing is the browser's (`../sketch`); Python replaces it by another `version`, is told it when pencil or keys
 * have finished, and answers with its certified gap. Until that is here the gap is computed from Python's bound.
 */

import { columns, percent } from "../common/numbers.js";
import { heightAt } from "../sketch/line.js";
import { inOrder, Pencil, stopsOf } from "../sketch/pencil.js";
import { priced } from "../sketch/price.js";
import { caption, EMPTY, revealed } from "./beat_words.js";
import { distinctBends } from "./bends.js";
import { normalised } from "./preview.js";
import { drawSheet } from "./sheet.js";

const DRAWING = { name: "drawing", label: "your drawing", style: "drawing" };
const LABELS = new Set(["logistic", "hinge"]); // losses whose y are labels and stay what they are

/** The line from one place to another at least. */
function withEnds(line, first, last) {
  const start = line[0][0] > first ? [[first, heightAt(line, first)]] : [];
  const end = line.at(-1)[0] < last ? [[last, heightAt(line, last)]] : [];
  return [...start, ...line, ...end];
}

export class Beat {
  isOpen = false;
  isRevealed = false;
  #version;
  #origin;
  #price = null;

  /** @param {import("./index.js").Editor} editor */
  constructor(editor) {
    this.editor = editor;
    const find = (selector) => editor.host.querySelector(selector);
    this.sheet = find(".sheet");
    this.element = find(".beat");
    this.button = find('[data-action="beat"]');
    [this.title, this.tag] = this.element.querySelector(".title").children;
    this.number = this.element.querySelector(".big");
    this.notes = [...this.element.querySelectorAll(".note span")];
    this.pencil = new Pencil(this.#surface());
    this.button.onclick = () => (this.isOpen ? this.#close() : this.#open());
    const actions = { reveal: () => this.#reveal(), again: () => this.#again(), close: () => this.#close() };
    for (const name in actions) {
      this[name] = this.element.querySelector(`[data-action="${name}"]`);
      this[name].onclick = actions[name];
    }
  }

  /** @returns {import("../sketch/pencil.js").Surface} */
  #surface() {
    const { editor, sheet } = this;
    const { drawing } = editor;
    const xs = () => editor.history.points.map(({ x }) => x);
    const within = () => [drawing.view.x0, drawing.view.x1];
    return {
      canvas: sheet,
      frame: () => ({ x: within(), y: [drawing.view.y0, drawing.view.y1] }),
      range: () => [Math.min(...xs()), Math.max(...xs())],
      place: (event) => {
        const [left, top] = drawing.position(event);
        return [drawing.scale.x(left), drawing.scale.y(top)];
      },
      distance: (event, [x, y]) => {
        const [left, top] = drawing.position(event);
        return Math.hypot(drawing.scale.left(x) - left, drawing.scale.top(y) - top);
      },
      stops: () => inOrder([...stopsOf(xs()), ...this.pencil.line.map(([x]) => x)]),
      start: () => editor.history.points[0].y,
      changed: (isFinished) => this.#changed(isFinished),
      ended: () => this.#close(),
    };
  }

  /** Takes over what Python sent, if nobody is drawing. */
  receive() {
    const { data, origin } = this.editor.link;
    if (!data.drawing || this.pencil.isDown) return;
    const { version, knots, is_revealed: isRevealed } = data.drawing;
    const [isOther, isForgotten] = [version !== this.#version, this.#origin !== undefined && origin !== this.#origin];
    [this.#version, this.#origin] = [version, origin];
    if (isOther) {
      this.pencil.load(knots);
      Object.assign(this, { isOpen: knots.length > 0, isRevealed });
    } else if (isForgotten) this.#tell();
  }

  get line() {
    return this.isOpen ? this.pencil.line : [];
  }

  /* What people do */

  #open() {
    Object.assign(this, { isOpen: true, isRevealed: false });
    this.#tell();
    this.editor.paint("all"); // what is hidden takes no focus
    this.sheet.focus({ preventScroll: true });
    this.editor.words.announce(EMPTY);
  }

  #close() {
    this.isOpen = false;
    this.#tell();
    this.button.focus({ preventScroll: true });
    this.editor.schedule("all");
  }

  #reveal() {
    if (!this.pencil.isWhole) return;
    this.isRevealed = true;
    this.#tell();
    this.sheet.focus({ preventScroll: true });
    this.editor.schedule("all");
  }

  #again() {
    this.isRevealed = false;
    this.pencil.clear();
    this.sheet.focus({ preventScroll: true });
    this.editor.schedule("all");
  }

  #changed(isFinished) {
    this.editor.schedule("points");
    if (!isFinished) return;
    if (!this.pencil.isWhole) this.isRevealed = false;
    this.#tell();
    this.editor.schedule("all");
    this.isAnnounced = false;
  }

  /** Tells Python the drawing, once it is a function over all points. */
  #tell() {
    const knots = this.isOpen && this.pencil.isWhole ? this.pencil.line : [];
    this.editor.link.draw(knots, this.isRevealed);
  }

  /* What is shown */

  /** Names of the curves that are not to be seen while it is a game. */
  hidden(curves, hidden) {
    if (!this.isOpen || this.isRevealed) return hidden;
    return new Set(
      [...curves.map(({ name }) => name), "band", "knots", "beam", "stack"].filter((name) => name !== "drawing"),
    );
  }

  /**
   * With the drawing and its price.
   * @param {import("./link.js").Data} data
   */
  shown(data) {
    const { line } = this;
    this.#price = null;
    if (!this.isOpen) return data;
    if (!line.length) return { ...data, curves: [...data.curves, { ...DRAWING, lines: [], knots: [], price: null }] };
    const points = normalised(this.editor.history.points);
    const unit = line.map(([x, y]) => [points.x.from(x), this.#keepsY(data) ? y : points.y.from(y)]);
    const found = distinctBends(unit, data.bend_tolerance);
    const curve = {
      ...DRAWING,
      lines: [this.#drawn(line)],
      knots: found.map(points.x.to),
      bends: found.length,
    };
    if (this.pencil.isWhole) this.#price = { name: "yours", ...this.#priceOf(unit, data, points) };
    return { ...data, curves: [...data.curves, { ...curve, price: this.#price }] };
  }

  #keepsY({ model }) {
    return LABELS.has(model.loss);
  }

  #priceOf(unit, data, { x, y }) {
    const { points } = this.editor.history;
    const [xs, ys] = ["x", "y"].map((axis) => points.map((point) => point[axis]));
    const model = { ...data.model, beta: this.editor.link.beta };
    return priced(unit, { x: xs.map(x.from), y: this.#keepsY(data) ? ys : ys.map(y.from) }, model);
  }

  /** The polyline, its end pieces continued over what little of the points a hand has left out. */
  #drawn(line) {
    if (!this.pencil.isWhole || this.pencil.isDown) return columns(line);
    return columns(withEnds(line, ...this.#surface().range()));
  }

  /** @param {import("./link.js").Data} data as it is shown */
  draw(data) {
    const { host } = this.editor;
    const canDraw = Boolean(data.drawing && data.model);
    this.button.hidden = !canDraw;
    this.button.setAttribute("aria-pressed", String(this.isOpen));
    this.element.hidden = !this.isOpen;
    this.sheet.toggleAttribute("hidden", !this.isOpen);
    host.dataset.beat = this.isOpen ? (this.isRevealed ? "revealed" : "drawing") : "closed";
    if (!this.isOpen) return;
    const verdict = this.#verdict(data);
    this.#drawNumber(data, verdict);
    this.#drawNotes(data, verdict);
    const shown = this.isRevealed && verdict?.advice ? verdict.advice[1] : null;
    drawSheet(this.sheet, this.pencil, this.editor.drawing, shown);
    host.dataset.certified = String(verdict !== null);
    this.reveal.hidden = this.isRevealed;
    this.reveal.setAttribute("aria-disabled", String(!this.pencil.isWhole));
    this.again.setAttribute("aria-disabled", String(!this.pencil.line.length));
  }

  /** Python's answer, if it is about this drawing and nothing has been changed since. */
  #verdict({ drawing }) {
    const { link } = this.editor;
    const isOurs = this.#price && !this.pencil.isDown && !link.isAhead && !link.isDrawingAhead;
    return isOurs ? drawing.verdict : null;
  }

  /** How far it is above the best price that is known; null where there is none. */
  #gap({ score, curves }) {
    const best = curves.find(({ style }) => style === "optimum")?.price;
    const bound = this.editor.link.isAhead ? best && best.misfit + best.charge : score.bound;
    return this.#price && bound ? (this.#price.misfit + this.#price.charge) / bound - 1 : null;
  }

  #drawNumber(data, verdict) {
    const { score } = data;
    const isCertified = score.tag === "certified";
    const gap = verdict ? verdict.gap : this.#gap(data);
    this.title.textContent = isCertified
      ? "your drawing above the best there is"
      : "your drawing against an upper bound";
    this.tag.textContent = verdict ? score.tag : "preview";
    this.tag.className = `tag ${verdict ? score.tag : "preview"}`;
    this.number.textContent = gap === null ? "–" : isCertified ? percent(Math.max(gap, 0)) : percent(gap);
    if (verdict && !this.isAnnounced) this.editor.words.announce(`${this.title.textContent}: ${this.said}`);
    this.isAnnounced = verdict !== null;
  }

  get said() {
    return `${this.number.textContent}, ${this.tag.textContent}`;
  }

  #drawNotes(data, verdict) {
    const words =
      this.isRevealed && this.#price
        ? revealed(data, { gap: this.number.textContent, verdict, width: this.editor.drawing.view.width })
        : [caption(this.pencil, data.score)];
    this.notes.forEach((note, i) => {
      note.textContent = words[i] ?? "";
    });
  }

  destroy() {
    this.pencil.destroy();
  }
}
