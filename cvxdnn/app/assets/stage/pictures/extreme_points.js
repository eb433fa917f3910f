/**
 * The body of all neurons, and the plane of the best network that leans on it.
 *
 * A neuron's outputs on the samples are a point q; with the sign of its output weight it is a point of a body. For the
 * optimal dual lambda the plane {z : lambda^T z = beta} touches that body, only where optimal neurons are, and the
 * outputs of the network f = y - lambda lie in the cone of these: the line from f to the targets y is at right angles to
 * the plane. All of it is computed here, exactly, for whatever is dragged (`../neurons`).
 */

import { listed } from "../../common/at_rest.js";
import { coordinate, short } from "../../common/numbers.js";
import { isUpright } from "../axes.js";
import { draggable, Handle } from "../handles.js";
import { bodyOf } from "../neurons/body.js";
import { Camera } from "../neurons/camera.js";
import { optimum } from "../neurons/optimum.js";
import { Samples, Targets } from "../neurons/panels.js";
import { Scene } from "../neurons/scene.js";
import { fromPlane, inPlane, Ramps, Rectified } from "../neurons/support.js";
import { Sweep, swept } from "../neurons/sweep.js";
import { norm, plus } from "../neurons/vectors.js";
import { tilesOf } from "../neurons/words.js";

const TURN = 0.008; // radians for a pixel
const STEP = 0.12; // radians for an arrow key
const KEY = 0.04; // of a coordinate, for an arrow key
const RAIL = 1.6; // largest target that a rail has room for
const APART = 14; // pixels between the body and the small pictures
const TITLE = 24; // above each of them
const BODY = 0.68; // of the height, that the body takes where they are below it

export default class ExtremePoints {
  #known = {}; // what was computed last, and of what
  #last = {}; // neurons, and those of them that the plane touched

  constructor(stage) {
    this.stage = stage;
    this.camera = new Camera();
    this.scene = new Scene(stage.element);
    const { front, ground } = this.scene;
    this.samples = new Samples(front, (k) => this.#sampleHandle(k));
    this.targets = new Targets(front, (k) => this.#targetHandle(k));
    this.handle = new Handle(front, "targets-point", this.#pointHandle());
    draggable(ground, this.#turning());
  }

  /** Targets that sweep around once, unless there are none. */
  film({ bias, samples }) {
    const { y } = this.#given(this.stage.values, { bias, samples });
    return norm(coordinatesOf(y, bias)) > 0 ? new Sweep() : null;
  }

  /** Samples and targets as chosen; y has an entry for each sample. */
  #given(values, { samples, bias, heights }) {
    const rows = Array.from({ length: samples }, (_, k) => k + 1);
    const y = rows.map((k) => values[`y${k}`]);
    const places = rows.map((k, i) => [values[`a${k}`], bias ? y[i] : values[`b${k}`]]);
    return { places, y, X: heights && places.map(([a, b], k) => [a, b, heights[k]]) };
  }

  #once(name, of, compute) {
    const key = JSON.stringify(of);
    if (this.#known[name]?.key !== key) this.#known[name] = { key, value: compute() };
    return this.#known[name].value;
  }

  /** @param {import("../index.js").Shown} shown */
  draw({ model, values, moment, isOld, width, height }) {
    const { bias, samples: n } = model;
    const { places, X, y: chosen } = this.#given(values, model);
    const neurons = this.#once("neurons", [bias, X], () => (bias ? new Ramps(X.map(([x]) => x)) : new Rectified(X)));
    const body = this.#once("body", [bias, X], () => bodyOf(neurons));
    const share = moment?.share ?? 1;
    const span = bias ? n - 1 : n;
    const whole = coordinatesOf(chosen, bias);
    const targets = swept(whole, span, share);
    const mean = bias ? chosen.reduce((sum, each) => sum + each, 0) / n : 0;
    const entries = (vector) => (bias ? fromPlane(vector, n).map((each) => mean + each) : vector.slice(0, n));
    const found = this.#once("found", [bias, X, targets, values.beta], () =>
      this.#solved(neurons, targets, values.beta),
    );
    this.now = { y: entries(targets), targets, mean, bias, n };

    const { box, panels } = placed(width, height, bias);
    // Of the targets as chosen: those of a sweep are as long but for rounding, for which the body would be drawn anew.
    if (!this.isHeld) this.reach = 1.06 * Math.max(body.radius, norm(whole), 0.2);
    this.#look(neurons.dimension, box);
    const isAtRest = share === 1 && !isOld;
    const trained = isAtRest ? (model.trained?.points ?? []).map((point) => coordinatesOf(point, bias)) : [];
    const axes = bias ? [] : Array.from({ length: n }, (_, k) => `sample ${k + 1}`);
    this.scene.draw({
      camera: this.camera,
      body,
      found,
      y: targets,
      beta: values.beta,
      reach: this.reach,
      axes,
      trained,
      box,
      size: [width, height],
    });
    this.#drawPanels(panels, places, found, entries(found.fitted));
    const said = this.now.y.map((value) => coordinate(value, 1)).join(", ");
    this.handle.draw(this.camera.projection(targets), "targets of all samples", this.now.y[0].toFixed(2), said);
    this.#report(found);
    return { tiles: tilesOf(found, model.trained, isOld, isAtRest), says: described(found, said) };
  }

  /** The optimum, from the last one of the same neurons. */
  #solved(neurons, y, beta) {
    const found = optimum(neurons, y, beta, this.#last.neurons === neurons ? this.#last.touched : []);
    this.#last = { neurons, touched: found.touched };
    return found;
  }

  #look(dimension, box) {
    const { camera } = this;
    camera.isFlat = dimension === 2;
    camera.middle = [box.left + box.width / 2, box.top + box.height / 2];
    camera.scale = (0.5 * Math.min(box.width, box.height)) / this.reach;
  }

  #drawPanels([box, rails], places, found, outputs) {
    const { bias, y } = this.now;
    const used = usedBy(found);
    if (bias) {
      const moved = places.map(([x], k) => [x, y[k]]);
      this.samples.draw(box, "target over input", moved, [], splineOf(used, places, outputs));
      this.targets.draw(null, y, outputs, RAIL);
      return;
    }
    const arrows = used.map(({ input }) => input);
    this.samples.draw(box, "samples", places, arrows, null);
    const reach = Math.max(RAIL, ...y.map(Math.abs), ...outputs.map(Math.abs));
    this.targets.draw(rails, y, outputs, reach);
  }

  #report(found) {
    const { front, ground } = this.scene;
    const used = usedBy(found).length;
    Object.assign(front.dataset, { objective: found.objective, gap: found.gap, used, touched: found.touched.length });
    ground.setAttribute("aria-label", "Turn the body");
    const degrees = Math.round((this.camera.azimuth * 180) / Math.PI);
    ground.setAttribute("aria-valuenow", degrees);
    ground.setAttribute("aria-valuetext", `turned by ${degrees} degrees`);
  }

  /* What is dragged */

  #turning() {
    let from;
    const turn = (right, up) => {
      this.camera.turn(right, up);
      this.stage.schedule();
    };
    return {
      grab: () => {
        from = [0, 0];
      },
      drag: (across, down) => {
        turn(TURN * (across - from[0]), TURN * (down - from[1]));
        from = [across, down];
      },
      step: (across, down) => turn(STEP * across, STEP * down),
    };
  }

  #sampleHandle(k) {
    let start;
    const move = (across, down) => {
      this.#set(`a${k + 1}`, start[0] + across);
      this.#set(this.now.bias ? `y${k + 1}` : `b${k + 1}`, start[1] - down);
    };
    return this.#told({
      grab: () => {
        if (this.now.bias) this.#settle();
        const { values } = this.stage;
        start = [values[`a${k + 1}`], values[this.now.bias ? `y${k + 1}` : `b${k + 1}`]];
      },
      drag: (across, down) => move(across / this.samples.scale, down / this.samples.scale),
      step: (across, down) => move(KEY * across, KEY * down),
    });
  }

  #targetHandle(k) {
    let start;
    return this.#told({
      grab: () => {
        this.#settle();
        start = this.stage.values[`y${k + 1}`];
      },
      drag: (_, down) => this.#set(`y${k + 1}`, start - down / this.targets.scale),
      step: (across, down) => this.#set(`y${k + 1}`, start + KEY * (across - down)),
    });
  }

  /** All targets at once, as a point beside the body: it moves in the plane of the screen. */
  #pointHandle() {
    let start;
    const move = (way) => {
      const { mean, bias, n } = this.now;
      const moved = plus(start, way);
      this.#setTargets(bias ? fromPlane(moved, n).map((each) => mean + each) : moved.slice(0, n));
    };
    return this.#told({
      grab: () => {
        start = this.now.targets;
        this.#settle();
      },
      drag: (across, down) => move(this.camera.way(across, down)),
      step: (across, down) => move(this.camera.way(KEY * across * this.camera.scale, KEY * down * this.camera.scale)),
    });
  }

  /** The scale of the picture stays while something is held. */
  #told({ grab, drag, step }) {
    return {
      grab: () => {
        grab();
        this.isHeld = true;
      },
      drag,
      step,
      drop: () => {
        this.isHeld = false;
        this.stage.commit();
        this.stage.schedule();
      },
    };
  }

  /** The targets that the film shows become those that are chosen. */
  #settle() {
    this.#setTargets(this.now.y);
    this.stage.player.seek(Number.POSITIVE_INFINITY);
  }

  #setTargets(y) {
    for (const [k, value] of y.entries()) this.#set(`y${k + 1}`, value);
  }

  /** The nearest value that can be chosen. */
  #set(name, value) {
    const { values } = this.stage.data.controls.find((each) => each.name === name);
    const closest = values.reduce((best, each) => (Math.abs(each - value) < Math.abs(best - value) ? each : best));
    this.stage.set(name, closest);
  }
}

/** Where the body is, and of the small pictures beside or below it the samples and, without biases, the rails. */
function placed(width, height, bias) {
  if (isUpright(width, height)) {
    const body = BODY * height;
    const half = (width - APART) / 2;
    const row = { top: body + TITLE, height: height - body - TITLE - 6 };
    const samples = { left: 1, width: bias ? width - 2 : half, ...row };
    return { box: { left: 0, top: 0, width, height: body }, panels: [samples, { ...samples, left: half + APART }] };
  }
  const side = Math.round(Math.min(Math.max(0.27 * width, 104), 230));
  const column = { left: width - side - 1, width: side };
  const high = bias ? Math.min(height - 32, 1.5 * side) : Math.min((height - 60) / 2, 1.1 * side);
  const samples = { ...column, top: TITLE, height: high };
  const rails = { ...column, top: high + 54, height: height - high - 60 };
  return { box: { left: 0, top: 0, width: width - side - APART, height }, panels: [samples, rails] };
}

const usedBy = ({ touched }) => touched.filter(({ weight }) => weight > 0);

function described(found, said) {
  const weights = usedBy(found).map(({ sign, weight }) => `${sign > 0 ? "+" : "\u2212"}${short(weight)}`);
  const needed = weights.length ? `, ${weights.length} needed, with weights ${listed(weights)}` : "";
  const touch = found.isLoose
    ? "does not touch the body"
    : `touches the body at ${found.touched.length} neurons${needed}`;
  return `The body of all neurons and a plane that leans on it. The plane ${touch}. Targets: ${said}.`;
}

/** Three numbers for the entries of two or three samples. */
const coordinatesOf = (vector, bias) => (bias ? inPlane(vector) : [...vector, 0].slice(0, 3));

/** The network of these ramps as a function of its input. */
function splineOf(used, places, outputs) {
  const at = (x) =>
    used.reduce((sum, { input: [way, kink], sign, weight }) => sum + sign * weight * Math.max(way * (x - kink), 0), 0);
  const shift = outputs[0] - at(places[0][0]);
  return (x) => shift + at(x);
}
