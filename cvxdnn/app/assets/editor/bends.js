/**
 * How many bends of a curve a person can tell apart: as `cvxdnn.core.bends` counts them. Corners close to the line
 * between others are left out (Douglas and Peucker 1973); neighbours count once where one bend can take their place.
 */

const along = ([x, y], slope, at) => y + slope * (at - x);
const slopeOf = ([x, y], [u, v]) => (v - y) / (u - x);

/**
 * @param {number[][]} curve corners [x, y], ascending, its two ends included
 * @param {number} tolerance how far the curve may be moved
 * @returns {number[]} where it bends
 */
export function distinctBends(curve, tolerance) {
  const kept = [...corners(curve, 0, curve.length - 1, tolerance)];
  const found = [];
  for (let first = 1; first < kept.length - 1; ) {
    let [last, place] = [first, kept[first][0]];
    while (last + 1 < kept.length - 1) {
      const joint = oneBend(kept, first, last + 1, curve, tolerance);
      if (joint === null) break;
      [last, place] = [last + 1, joint];
    }
    found.push(place);
    first = last + 1;
  }
  return found;
}

/** Those from first to last that the lines between the others would miss. */
function* corners(curve, first, last, tolerance) {
  const slope = slopeOf(curve[first], curve[last]);
  let [farthest, off] = [0, tolerance / 2];
  for (let i = first + 1; i < last; i++) {
    const distance = Math.abs(curve[i][1] - along(curve[first], slope, curve[i][0]));
    if (distance > off) [farthest, off] = [i, distance];
  }
  if (farthest) {
    yield* corners(curve, first, farthest, tolerance);
    yield* corners(curve, farthest, last, tolerance);
    return;
  }
  yield curve[first];
  if (last === curve.length - 1) yield curve[last];
}

/** Where the lines before and after some corners cross, if they can replace the curve there; else null. */
function oneBend(kept, first, last, curve, tolerance) {
  const before = slopeOf(kept[first - 1], kept[first]);
  const after = slopeOf(kept[last], kept[last + 1]);
  if (before === after) return null;
  const [[x, y], [u, v]] = [kept[first], kept[last]];
  const crossing = (v - after * u - y + before * x) / (before - after);
  if (!(crossing >= x && crossing <= u)) return null;
  const bent = (at) => (at < crossing ? along(kept[first], before, at) : along(kept[last], after, at));
  const replaced = curve.filter(([at]) => at >= x && at <= u);
  const next = replaced.findIndex(([at]) => at >= crossing);
  const [a, b] = [replaced[Math.max(next - 1, 0)], replaced[Math.max(next, 0)]];
  const height = a === b ? a[1] : along(a, slopeOf(a, b), crossing);
  const off = [...replaced.map(([at, value]) => bent(at) - value), bent(crossing) - height];
  return Math.max(...off.map(Math.abs)) <= tolerance ? crossing : null;
}
