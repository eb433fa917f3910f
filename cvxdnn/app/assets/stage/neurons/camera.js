/**
 * An orthographic view of space that is turned by dragging: right and up on the screen, and towards whoever looks.
 * The third axis stays upright. A picture in the plane is looked at from above and does not turn.
 */

import { clamp } from "../../common/numbers.js";
import { dot, plus, times } from "./vectors.js";

const STEEPEST = 1.5; // radians
const FIRST = { azimuth: 0.62, elevation: 0.36 };

export class Camera {
  azimuth = FIRST.azimuth;
  elevation = FIRST.elevation;
  isFlat = false;
  middle = [0, 0];
  scale = 1; // pixels

  /** Turn by so many radians to the right and up. */
  turn(right, up) {
    this.azimuth -= right;
    this.elevation = clamp(this.elevation + up, -STEEPEST, STEEPEST);
  }

  get right() {
    return this.isFlat ? [1, 0, 0] : [-Math.sin(this.azimuth), Math.cos(this.azimuth), 0];
  }

  get up() {
    if (this.isFlat) return [0, 1, 0];
    const [cos, sin] = [Math.cos(this.elevation), Math.sin(this.elevation)];
    return [-sin * Math.cos(this.azimuth), -sin * Math.sin(this.azimuth), cos];
  }

  get towards() {
    if (this.isFlat) return [0, 0, 1];
    const [cos, sin] = [Math.cos(this.elevation), Math.sin(this.elevation)];
    return [cos * Math.cos(this.azimuth), cos * Math.sin(this.azimuth), sin];
  }

  /** @returns {(point: number[]) => [number, number]} to pixels */
  get projection() {
    const { right, up, scale } = this;
    const [left, top] = this.middle;
    return (point) => [left + scale * dot(right, point), top - scale * dot(up, point)];
  }

  /** What a way on the screen, in pixels, is in space. */
  way(across, down) {
    return plus(times(across / this.scale, this.right), times(-down / this.scale, this.up));
  }
}
