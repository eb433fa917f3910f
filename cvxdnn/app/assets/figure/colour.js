/** Colours as files know them: whatever a style sheet says, as red, green, blue and how opaque. */

const known = new Map();
const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

/**
 * @param {string} text any colour of CSS, as computed
 * @param {number} [opacity] by which it is more transparent
 * @returns {?{hex: string, alpha: number}} null for what cannot be seen
 */
export function colour(text, opacity = 1) {
  if (!text || text === "none") return null;
  if (!known.has(text)) known.set(text, painted(text));
  const { hex, alpha } = known.get(text);
  return alpha * opacity > 0 ? { hex, alpha: alpha * opacity } : null;
}

/** What the browser makes of it: mixed colours have names that other programs do not know. */
function painted(text) {
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillStyle = text;
  pixel.globalCompositeOperation = "copy";
  pixel.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = pixel.getImageData(0, 0, 1, 1).data;
  const hex = [red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("");
  return { hex: `#${hex}`, alpha: alpha / 255 };
}
