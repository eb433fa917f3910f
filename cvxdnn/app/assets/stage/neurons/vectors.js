/** Vectors of three numbers. */

export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const norm = (a) => Math.hypot(a[0], a[1], a[2]);
export const times = (scale, a) => [scale * a[0], scale * a[1], scale * a[2]];
export const plus = (a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const minus = (a, b) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

/** Of length one, or null where it has next to none. */
export function unit(a, least = 1e-300) {
  const length = norm(a);
  return length > least ? times(1 / length, a) : null;
}

/** Orthonormal vectors that span these; what is nearly spanned by those before is left out. */
export function orthonormal(vectors) {
  const found = [];
  for (const vector of vectors) {
    const rest = unit(without(without(vector, found), found), 1e-9 * norm(vector));
    if (rest) found.push(rest);
  }
  return found;
}

/** The part of a vector at right angles to orthonormal ones. */
export const without = (vector, basis) =>
  basis.reduce((rest, each) => minus(rest, times(dot(rest, each), each)), vector);
