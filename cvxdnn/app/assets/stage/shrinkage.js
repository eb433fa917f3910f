/**
 * What weight decay beta over L layers leaves of a channel whose target has the length a:
 *
 *   S_L(a) = min over s >= 0 of (s - a)^2 / 2 + (beta L / 2) s^(2/L)
 *
 * For L = 2 the soft threshold, s = max(a - beta, 0). For L >= 3 the larger root of s - a + beta s^(2/L - 1), from the
 * threshold on, at which s jumps to zero. The same as `cvxdnn.theory.shrinkage`, where it is derived.
 */

const NEWTON_STEPS = 60;

/** s at the threshold. */
export const jump = (beta, depth) => (beta * (depth - 2)) ** (depth / (2 * depth - 2));

/** The least length of a target that has a channel. */
export const threshold = (beta, depth) => (depth === 2 ? beta : ((depth - 1) / (depth - 2)) * jump(beta, depth));

/** The strength s. */
export function strength(target, beta, depth) {
  if (target < threshold(beta, depth)) return 0;
  if (depth === 2) return target - beta;
  const power = 2 / depth - 1;
  // Convex in s and positive at the target: Newton's steps fall to the larger root.
  let s = target;
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const slope = 1 + beta * power * s ** (power - 1);
    const change = slope > 0 ? (s - target + beta * s ** power) / slope : 0;
    s -= change;
    if (Math.abs(change) <= Number.EPSILON * s) break;
  }
  return s;
}

/** S_L, what is paid for it. */
export function price(target, beta, depth) {
  const s = strength(target, beta, depth);
  return (s - target) ** 2 / 2 + ((beta * depth) / 2) * s ** (2 / depth);
}
