/**
 * The band of all optima: between neighbouring inputs, the lowest and the highest value that an optimal function takes.
 *
 * Functions with the same values at the inputs are equally good as long as no slope change has to turn round. Beside a
 * gap whose two slope changes have one sign they may bend inside it: the neighbouring pieces, extended, meet there.
 * Source: docs/spline.md.
 */

/**
 * @param {Float64Array} x
 * @param {Float64Array} values of an optimum at x
 * @param {Float64Array} slopes of its pieces
 * @returns {{x: number[], lower: number[], upper: number[]}} the edges' corners, from `low` to `high`
 */
export function band(x, values, slopes, low, high) {
  const n = x.length;
  if (n === 1) return { x: [low, high], lower: [values[0], values[0]], upper: [values[0], values[0]] };
  const excess = endExcess(slopes);
  const change = (i) => (i === 0 ? excess : i === n - 1 ? -excess : slopes[i] - slopes[i - 1]);
  const outside = (side) => [slopes[side], slopes[side] - excess];
  const edges = { x: [], lower: [], upper: [] };
  const put = (at, lower, upper) => {
    edges.x.push(at);
    edges.lower.push(lower);
    edges.upper.push(upper);
  };
  const [falls, rises] = [outside(0), outside(n - 2)].map((both) => [Math.min(...both), Math.max(...both)]);
  if (low < x[0]) put(low, values[0] + falls[1] * (low - x[0]), values[0] + falls[0] * (low - x[0]));
  for (let i = 0; i < n; i++) {
    put(x[i], values[i], values[i]);
    if (i === n - 1) break;
    const [before, after] = [change(i), change(i + 1)];
    if (!(before * after > 0)) continue;
    const offset = ((x[i + 1] - x[i]) * after) / (before + after);
    const chord = values[i] + slopes[i] * offset;
    const bent = chord - before * offset;
    put(x[i] + offset, Math.min(chord, bent), Math.max(chord, bent));
  }
  if (high > x[n - 1]) {
    const [end, beyond] = [values[n - 1], high - x[n - 1]];
    put(high, end + rises[0] * beyond, end + rises[1] * beyond);
  }
  return edges;
}

/** The part of the end slopes that no splitting of the slope changes between them can supply. */
function endExcess(slopes) {
  let [rising, falling] = [0, 0];
  for (let i = 1; i < slopes.length; i++) {
    rising += Math.max(slopes[i] - slopes[i - 1], 0);
    falling += Math.max(slopes[i - 1] - slopes[i], 0);
  }
  if (slopes[0] > falling) return slopes[0] - falling;
  return slopes[0] < -rising ? slopes[0] + rising : 0;
}
