/**
 * What Python sent, changed to what is shown: another moment of the film, a start that is stuck, or, as long as Python
 * has not answered, what can be said without it.
 *
 * @typedef {import("./link.js").Data} Data
 */

import { bends, corners } from "./film.js";
import { normalised } from "./preview.js";

/** Other properties for the curves of some styles. */
const changed = (curves, changes) => curves.map((curve) => ({ ...curve, ...changes[curve.style] }));

/**
 * For earlier points or another weight decay: its network is an old one; optimum, certificate and band are those of now,
 * where they could be computed.
 * @param {Data} data
 * @returns {Data}
 */
export function withoutNews(data, preview) {
  const curves = changed(data.curves, { network: { is_old: true }, optimum: preview?.optimum });
  if (!preview) return { ...data, curves };
  const { certificate, band, flat } = preview;
  return { ...data, curves, certificate, model: { ...data.model, flat }, band: data.band && { ...data.band, ...band } };
}

/**
 * With the network of a moment of the film; of the others nothing is known then, unless it is the present one.
 * @param {Data} data
 * @param {{still: import("./film.js").Still, isLive: boolean}} moment
 * @returns {Data}
 */
export function withMoment(data, { still, isLive }, points, view) {
  const { x, y } = normalised(points);
  const line = corners(still, x.from(view.x0), x.from(view.x1));
  const found = bends(still, data.bend_tolerance);
  const network = {
    lines: [[line.map(([at]) => x.to(at)), line.map(([, value]) => y.to(value))]],
    knots: found.map(x.to),
    bends: found.length,
    price: { name: "network", misfit: still.misfit, charge: still.charge },
    is_old: false,
  };
  return { ...data, curves: changed(data.curves, isLive ? { network } : { network, networks: { lines: [] } }) };
}

/**
 * With the start that is stuck and was asked for.
 * @param {Data} data
 * @param {?import("./link.js").Stuck} stuck
 * @returns {Data}
 */
export function withStuck(data, stuck) {
  const line = stuck && data.curves.find(({ style }) => style === "networks")?.lines[stuck.line];
  if (!line) return data;
  const curve = { name: "stuck", label: stuck.label, style: "stuck", lines: [line], knots: [] };
  return { ...data, curves: [...data.curves, curve] };
}
