/**
 * Draws triangles on a canvas, lit from behind the eye and translucent: what lies behind shines through.
 *
 * Triangles of about the same shade are one shape, so that no seams show between them and few shapes are filled.
 */

import { cross, dot, minus, unit } from "./vectors.js";

const SHADES = 10;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./body.js").Triangle[]} triangles
 * @param {import("./camera.js").Camera} camera
 * @param {string} color
 * @param {(facing: number, triangle: import("./body.js").Triangle) => number} opacity `facing` between -1, away from
 *   the eye, and 1; 0 leaves it out
 */
export function fill(context, triangles, camera, color, opacity) {
  const { towards, projection } = camera;
  const shades = new Map();
  for (const triangle of triangles) {
    const normal = triangle.normal ?? normalOf(triangle);
    if (!normal) continue;
    const shade = Math.round(SHADES * 10 * opacity(dot(normal, towards), triangle));
    if (shade <= 0) continue;
    const path = shades.get(shade) ?? new Path2D();
    shades.set(shade, path);
    const [a, b, c] = triangle.corners.map(projection);
    const isClockwise = (b[0] - a[0]) * (c[1] - a[1]) < (c[0] - a[0]) * (b[1] - a[1]);
    path.moveTo(a[0], a[1]);
    path.lineTo(...(isClockwise ? b : c));
    path.lineTo(...(isClockwise ? c : b));
    path.closePath();
  }
  context.fillStyle = color;
  for (const [shade, path] of shades) {
    context.globalAlpha = shade / (SHADES * 10);
    context.fill(path);
  }
  context.globalAlpha = 1;
}

/** Kept with the triangle; null of one without extent. */
function normalOf(triangle) {
  const [a, b, c] = triangle.corners;
  const across = cross(minus(b, a), minus(c, a));
  triangle.normal = unit(across, 1e-12 * dot(minus(b, a), minus(b, a)));
  return triangle.normal;
}
