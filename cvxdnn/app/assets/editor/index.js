/**
 * The point editor: points that are dragged, the curves Python computes from them, and the certificate below.
 *
 *   history   the points and their undo
 *   link      what Python sends and is told
 *   gestures  what hand and keyboard mean
 *   drawing   the chart; around it score, price, weight decay, certificate, beam, legend, words
 *   preview   the optimum of points that Python has not answered yet
 *   beat      what the user draws over the points, against the optimum
 *   player    the film of the training, hinges: the neurons of the network it shows, stack: how they add up to it, pull:
 *             what it has to do with the tube
 *
 * The editor holds them together: what an edit does to all four is here. Streamlit calls the mounted component once at
 * first and again whenever Python sends new data or the theme changes; the DOM stays, and with it its editor.
 */

import { enter } from "../common/figures.js";
import { showLook } from "../common/look.js";
import { coordinate } from "../common/numbers.js";
import { Player } from "../common/player.js";
import { Alternative } from "./alternative.js";
import { Beam } from "./beam.js";
import { Beat } from "./beat.js";
import { Certificate } from "./certificate.js";
import { Drawing } from "./drawing.js";
import { read } from "./film.js";
import { Gestures } from "./gestures.js";
import { Hinges } from "./hinges.js";
import { History } from "./history.js";
import { Legend } from "./legend.js";
import { Link } from "./link.js";
import { pairs } from "./points.js";
import { Previews } from "./preview.js";
import { Price } from "./price.js";
import { pullShown } from "./pull.js";
import { report } from "./report.js";
import { Score } from "./score.js";
import { withMoment, withoutNews, withStuck } from "./shown.js";
import { Stack } from "./stack.js";
import { Values } from "./values.js";
import { WeightDecay } from "./weight_decay.js";
import { Words } from "./words.js";

export class Editor {
  #frame = null; // the next drawing, once asked for
  #due; // and of what
  #observer = new ResizeObserver(() => this.drawing.hasNewSize() && this.paint("all"));

  constructor(root) {
    this.host = root.querySelector(".editor");
    this.history = new History();
    this.link = new Link();
    this.previews = new Previews();
    this.words = new Words(this.host);
    this.drawing = new Drawing(root, this.host.querySelector(".chart"));
    this.legend = new Legend(this.host.querySelector(".legend"), (name) => this.#toggle(name));
    this.stack = new Stack(this.host, this.drawing, (name) => this.#toggle(name));
    this.certificate = new Certificate(this.host);
    this.beam = new Beam(this.drawing);
    this.price = new Price(this.host);
    this.score = new Score(this.host, () => this.schedule("all"));
    this.weightDecay = new WeightDecay(
      this.host,
      (beta) => {
        this.link.hold(beta);
        this.schedule("points");
      },
      () => this.commit(),
    );
    this.player = new Player(this.host, read, () => this.schedule("points"));
    this.hinges = new Hinges(this.host, this.drawing.beads, {
      choose: () => this.schedule("points"),
      announce: (text) => this.words.announce(text),
    });
    this.gestures = new Gestures(this);
    this.beat = new Beat(this);
    this.values = new Values(this);
    for (const name of ["undo", "redo"]) this.#action(name).onclick = () => this[name]();
    this.#action("fit").onclick = () => this.link.fit(true);
    this.alternative = new Alternative(this);
    this.#observer.observe(this.drawing.chart);
    this.figure = enter({ host: this.host, title: () => "" });
  }

  #toggle(name) {
    this.link.toggle(name);
    this.schedule("all");
  }

  #action(name) {
    return this.host.querySelector(`[data-action="${name}"]`);
  }

  /** New data from Python, or another theme. */
  update(component) {
    this.link.receive(component);
    if (!this.gestures.isDown) this.accept();
    this.beat.receive();
    this.player.update(this.link.data.film ?? null, Boolean(this.link.data.model));
    showLook(this.host, component.data.view);
    this.schedule("all");
  }

  /** Takes over points and domain; never called while the pointer is down. */
  accept() {
    if (this.link.isForgotten(pairs(this.history.points))) this.commit();
    const replacement = this.link.replacement();
    if (replacement) this.#replace(replacement);
    this.#fitView();
  }

  #replace({ points, isFirst }) {
    this.gestures.keys.rest();
    if (this.history.replace(points, isFirst)) this.words.announce(`Points replaced: ${points.length} points`);
    // An edit may still be on its way and would overwrite the replacement in Python: repeat what is shown.
    if (this.link.isAwaiting) this.commit();
  }

  #fitView() {
    this.drawing.fitView(this.link.data, this.history.points);
  }

  /* Edits */

  /** Tells Python the points as they are. */
  commit() {
    this.gestures.keys.rest();
    this.history.keep();
    this.link.commit(pairs(this.history.points));
    this.schedule("points");
  }

  /** An edit that is complete: remembered, told to Python, drawn, announced. */
  #edit(points, focus, text) {
    this.gestures.keys.settle();
    this.history.step(points);
    this.#show();
    this.drawing.dots.focus(focus);
    this.words.announce(text);
  }

  /** Points that are not those of before, told and drawn. */
  #show() {
    this.commit();
    this.#fitView();
    this.paint("all");
  }

  undo() {
    if (this.beat.isOpen) this.beat.pencil.undo();
    else this.#travel(() => this.history.undo(), "Undone", "Nothing to undo");
  }

  redo() {
    if (this.beat.isOpen) this.beat.pencil.redo();
    else this.#travel(() => this.history.redo(), "Redone", "Nothing to redo");
  }

  #travel(step, done, nothing) {
    if (this.gestures.isDown) return;
    this.gestures.keys.settle();
    const focused = this.drawing.dots.focusedId();
    if (!step()) {
      this.words.announce(nothing);
      return;
    }
    this.#show();
    this.link.fit(false);
    if (focused !== null && this.drawing.dots.focusedId() === null) this.drawing.dots.focus(this.history.points[0]?.id);
    this.words.announce(`${done}: ${this.history.points.length} points`);
  }

  /** A new point and all with it; null, and why, where there are too many. */
  withNewPoint(x, y) {
    const limit = this.link.data.max_points ?? 200;
    if (this.history.points.length < limit) return this.history.withNew(x, y);
    this.words.say(`At most ${limit} points`);
    return null;
  }

  add(x, y) {
    const added = this.withNewPoint(x, y);
    if (!added) return;
    const { point, points } = added;
    const number = `point ${points.indexOf(point) + 1} of ${points.length}`;
    this.#edit(points, point.id, `Added ${number}: ${this.describe(point)}`);
  }

  remove(id) {
    const least = this.link.data.min_points ?? 1;
    if (this.history.points.length <= least) {
      this.words.say(least === 1 ? "One point has to stay" : `At least ${least} points`);
      return;
    }
    const index = this.history.index(id);
    const points = this.history.without(id);
    const next = points[Math.min(index, points.length - 1)]?.id;
    this.#edit(points, next, `Removed point ${index + 1}, ${points.length} left`);
  }

  /* Words */

  describe({ x, y }) {
    const { width, height } = this.drawing.view;
    return `x ${coordinate(x, width)}, y ${coordinate(y, height)}`;
  }

  label(index) {
    const { points } = this.history;
    return `Point ${index + 1} of ${points.length}: ${this.describe(points[index])}`;
  }

  announcePoint(id) {
    this.words.announce(this.label(this.history.index(id)));
  }

  /* Drawing */

  /** Draws at the next frame: "points" what follows a drag, "all" everything. */
  schedule(part) {
    this.#due = this.#due === "all" ? "all" : part;
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.gestures.follow();
      this.paint(this.#due);
    });
  }

  paint(part) {
    const isAll = part === "all" || this.#due === "all" || !this.drawing.scale;
    this.#due = undefined;
    if (!this.drawing.view || !this.link.data) return;
    const preview = this.#preview();
    const { score } = this.link.data;
    const seen = this.player.draw(score?.tag === "certified" ? score.bound : null);
    const data = this.beat.shown(this.#shown(preview, seen));
    const hidden = this.beat.hidden(data.curves, this.link.hidden);
    this.score.draw(data, Boolean(seen) && !seen.isNewest);
    const flat = this.previews.flat(this.link, this.history.points, !this.gestures.isDown);
    this.weightDecay.draw(data, this.link.beta, flat, this.history.points);
    if (isAll) this.drawing.drawAxes(data);
    this.legend.draw(data, hidden);
    const still = this.#stillShown(seen, data.curves, hidden);
    if (isAll || preview || seen || this.beat.isOpen) {
      this.drawing.drawOptimum(data, hidden);
      const pull = pullShown(still, data.model, this.history.points, this.drawing.view);
      this.certificate.draw(data, hidden, this.drawing, pull);
      this.beam.draw(data, hidden, this.history.points);
    }
    this.hinges.show(still, data, this.history.points, this.drawing);
    this.stack.draw(still, hidden, this.history.points);
    this.price.draw(data, this.hinges.lit);
    this.drawing.drawSpline(data, this.history.points);
    this.drawing.drawMarks(data, hidden);
    this.values.draw(data, hidden);
    this.drawing.dots.draw(this.history.points);
    if (!this.gestures.isDown) this.drawing.dots.order(this.history.points, (index) => this.label(index));
    this.alternative.show(data, hidden);
    this.beat.draw(data);
    report(this, { isPreviewed: preview !== null, isAhead: this.#isAhead() });
    const { hasPast, hasFuture } = this.beat.isOpen ? this.beat.pencil : this.history;
    this.#action("undo").setAttribute("aria-disabled", String(!hasPast));
    this.#action("redo").setAttribute("aria-disabled", String(!hasFuture));
  }

  /** Whether the points have changed since Python computed what it sent. */
  #isAhead() {
    return this.link.isAhead || this.gestures.keys.isResting || this.gestures.hasDragged;
  }

  /** The optimum of the points as they are, as long as Python has not sent it; null where it cannot be had here. */
  #preview() {
    return this.#isAhead() ? this.previews.optimum(this.link, this.history.points, this.drawing.view) : null;
  }

  /** What Python sent, as far as it is about the points, the weight decay and the moment that are shown. */
  #shown(preview, seen) {
    const { data } = this.link;
    if (this.#isAhead()) return withoutNews(data, preview);
    if (seen && !seen.isNewest) return withMoment(data, seen, this.history.points, this.drawing.view);
    return withStuck(data, this.score.stuck(data));
  }

  /** The moment of the film that is shown; null where there is none, or its network is hidden. */
  #stillShown(seen, curves, hidden) {
    const network = curves.find(({ style }) => style === "network");
    return seen && network && !this.#isAhead() && !hidden.has(network.name) ? seen.still : null;
  }

  destroy() {
    for (const part of ["figure", "gestures", "link", "player", "words", "alternative", "beat"]) this[part].destroy();
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
  }
}

/** Takes the component's elements over. */
export default function mount(root) {
  return new Editor(root);
}
