/**
 * The regularisation path, from its breakpoints: `cvxdnn.exhibits.path.case` sends them.
 *
 * Between two breakpoints the optimum's knots stay and its values there are linear in beta, and so are the slope changes
 * and the path norm R. Because d loss = -beta dR, the loss is
 *
 *   loss(beta) = loss_k - (R(beta) - R_k) (beta_k + beta) / 2    on the piece below breakpoint k.
 *
 * Above the first breakpoint the optimum is a constant. x and y are in the user's units, beta, loss and R in normalised
 * ones.
 *
 * @typedef {object} Piece
 * @property {number[]} support indices of the smallest input, the knots, the largest input
 * @property {number[]} signs of the slope changes at the knots
 * @property {number[]} high values at the support, at the breakpoint above
 * @property {number[]} low and at the one below
 *
 * @typedef {object} Life
 * @property {number} x
 * @property {number} sign of its slope change
 * @property {{beta: number, change: number}[]} samples by falling beta: how much the function bends there
 */

const STEPS = 160; // samples of a life that lasts from the highest weight decay to the lowest

/** @returns {number} below which breakpoint `beta` lies; -1 above all */
export function pieceAt({ betas, pieces }, beta) {
  let [low, high] = [-1, pieces.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (betas[middle] > beta) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The optimum of a weight decay: where it bends, its values there, what it costs. */
export function optimumAt(model, beta) {
  const k = pieceAt(model, beta);
  if (k < 0) {
    const [y, loss] = [model.constant, model.loss[0]];
    return { x: [model.x[0], model.x.at(-1)], y: [y, y], knots: 0, freedom: 1, loss, pathNorm: 0, objective: loss };
  }
  const { support, signs, high, low } = model.pieces[k];
  const share = shareOf(model, k, beta);
  const growth = share * (model.pathNorm[k + 1] - model.pathNorm[k]);
  const pathNorm = model.pathNorm[k] + growth;
  const loss = model.loss[k] - (growth * (model.betas[k] + beta)) / 2;
  return {
    x: support.map((index) => model.x[index]),
    y: high.map((value, i) => value + share * (low[i] - value)),
    knots: signs.length,
    freedom: model.freedom[k],
    loss,
    pathNorm,
    objective: loss + beta * pathNorm,
  };
}

const shareOf = ({ betas }, k, beta) => (betas[k] - beta) / (betas[k] - betas[k + 1]);

/** How much the function bends at its knots. */
function changes(x, y) {
  const slopes = y.slice(1).map((value, i) => (value - y[i]) / (x[i + 1] - x[i]));
  return slopes.slice(1).map((slope, i) => slope - slopes[i]);
}

/**
 * Every knot, for as long as it is one.
 * @returns {Life[]}
 */
export function lives(model) {
  const found = [];
  let present = new Map();
  model.pieces.forEach(({ support, signs, high, low }, k) => {
    const x = support.map((index) => model.x[index]);
    const [from, to] = [high, low].map((values) => changes(x, values));
    const places = sampled(model, k);
    const next = new Map();
    signs.forEach((sign, i) => {
      const name = sign * (support[i + 1] + 1);
      const life = present.get(name) ?? { x: x[i + 1], sign, samples: [] };
      if (!life.samples.length) found.push(life);
      for (const { beta, share } of places) life.samples.push({ beta, change: from[i] + share * (to[i] - from[i]) });
      next.set(name, life);
    });
    present = next;
  });
  return found;
}

/** Places on a piece, evenly in log beta, down to what is shown. */
function sampled(model, k) {
  const [high, low] = [model.betas[k], Math.max(model.betas[k + 1], model.lowest)];
  const count = Math.ceil((STEPS * Math.log(high / low)) / Math.log(model.highest / model.lowest));
  return Array.from({ length: count + 1 }, (_, j) => {
    const beta = high * (low / high) ** (j / count);
    return { beta, share: shareOf(model, k, beta) };
  });
}
