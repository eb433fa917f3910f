/**
 * Films of several networks that are trained side by side, of which `best` is the lowest at that moment.
 *
 * @param {import("../moments.js").Moment} moment with `objectives` of all networks
 * @returns {{which: number, objective: number, now: (name: string) => Float32Array, end: (name: string) => Float32Array}}
 *   the network that is lowest at the end of the film: its part of an array at this moment, and at the end
 */
export function followed(moment) {
  const { last } = moment;
  const which = last.best;
  const part = (of, name) => {
    const size = of.shapes[name].slice(1).reduce((product, length) => product * length, 1);
    return of[name].subarray(which * size, (which + 1) * size);
  };
  const objective = moment.best === which ? moment.objective : moment.objectives[which];
  return { which, objective, now: (name) => part(moment, name), end: (name) => part(last, name) };
}
