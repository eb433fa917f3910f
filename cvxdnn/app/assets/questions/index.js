/**
 * What a question is answered with, on a phone in class and in a lesson alone. Such a class has
 *
 *     new (question, changed, chart)   changed(): the answer is another one now; chart: of others, to be drawn on
 *     element                   to be shown; null where all of it is on a chart of others
 *     value                     the answer; null while it is not complete; may be set to an earlier one
 *     isEmpty                   whether there is nothing that could be cleared
 *     clear()
 *     lock(isLocked)            whether it may still be changed
 *     reveal(reveal)            shows what was right and what the class said
 *     isRight(right)            whether it is; undefined where there is no right or wrong
 *     hint                      what to do
 *     destroy()
 *
 * @typedef {object} Question as `Question` in Python
 * @property {"choice" | "order" | "taps" | "sketch"} kind
 * @property {string} text
 * @property {string[]} options
 * @property {[number, number][]} points
 * @property {[number, number][]} curve
 * @property {[number, number][]} [frame] places that the axes reach over besides the points
 */

import { Choice } from "./choice.js";
import { Order } from "./order.js";
import { Sketch } from "./sketch.js";
import { Taps } from "./taps.js";

export const KINDS = { choice: Choice, order: Order, sketch: Sketch, taps: Taps };
