/** Marks of classes: each has a shape here and a colour in `classes.css`, so that neither alone has to be told apart. */

const SHAPES = [
  "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
  "m-4.6-4.6h9.2v9.2h-9.2z",
  "m0-5.8 5.6 9.6h-11.2z",
  "m0-6.2 5.6 6.2-5.6 6.2-5.6-6.2z",
  "m0 5.8 5.6-9.6h-11.2z",
  "m-2-5.6h4v3.6h3.6v4h-3.6v3.6h-4v-3.6h-3.6v-4h3.6z",
];

/** The path of the mark of class k at a place in pixels. */
export const markOf = (k, left, top) => `M${left.toFixed(1)} ${top.toFixed(1)}${SHAPES[k % SHAPES.length]}`;

/** The style class with the colour of class k. */
export const styleOf = (k) => `class-${k % SHAPES.length}`;
