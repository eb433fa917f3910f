/** Numbers for people: decimals, ticks and short labels of an axis, coordinates. */

const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

const LEAST_SHARE = 1e-6; // per cent: below, a gap is rounding

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const decimalExponent = (value) => Math.floor(Math.log10(value) + 1e-9);
const minus = (text) => text.replace("-", "\u2212");

/** The decimal `count * 10^exponent`, as exact as a float can be; NaN when count is no exact integer. */
export const decimal = (count, exponent) => (Number.isSafeInteger(count) ? Number(`${count}e${exponent}`) : NaN);

/**
 * A round step (1, 2 or 5 times a power of ten) that divides `span` into at most about `count` parts.
 * @returns {{digit: number, exponent: number}}
 */
export function niceStep(span, count) {
  const exponent = decimalExponent(span / count);
  const mantissa = span / count / decimal(1, exponent);
  if (mantissa > 5.0001) return { digit: 1, exponent: exponent + 1 };
  return { digit: mantissa > 2.0001 ? 5 : mantissa > 1.0001 ? 2 : 1, exponent };
}

/**
 * Round numbers within [low, high], about `count` of them and at least two: one alone is no scale.
 * @returns {{values: number[], exponent: number}} `exponent`: of the step between them
 */
export function ticks(low, high, count) {
  const step = niceStep(high - low, Math.max(1, count));
  const size = decimal(step.digit, step.exponent);
  const values = [];
  for (let k = Math.ceil(low / size - 1e-9); k <= high / size + 1e-9 && values.length < 30; k++) {
    const value = decimal(k * step.digit, step.exponent);
    if (Number.isFinite(value)) values.push(clamp(value, low, high));
  }
  if (values.length < 2 && count < 10) return ticks(low, high, count + 1);
  return { values, exponent: step.exponent };
}

export const powerOfTen = (exponent) => `10${[...String(exponent)].map((c) => SUPERSCRIPT[c]).join("")}`;

function compact(value) {
  const [mantissa, exponent] = value.toExponential().split("e").map(Number);
  if (exponent > -4 && exponent < 6) return minus(String(value));
  return minus(mantissa === 1 ? powerOfTen(exponent) : `${mantissa}×${powerOfTen(exponent)}`);
}

/** A share in per cent with a sign and two significant digits; a small one is not rounded to nothing. */
export function percent(share) {
  const value = 100 * Math.abs(share);
  if (!Number.isFinite(value)) return "diverged";
  if (value < LEAST_SHARE) return `< ${LEAST_SHARE.toFixed(6)} %`;
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(value)));
  const digits = value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return `${share < 0 ? "\u2212" : "+"}${digits} %`;
}

/** A number to three digits. */
export const short = (value) => compact(Number(value.toPrecision(3)));

/**
 * Short labels for ticks, and the factor and offset they leave out, written once beside the axis.
 * @returns {{labels: string[], note: string}}
 */
export function axisLabels({ values, exponent: resolution }) {
  if (!values.length) return { labels: [], note: "" };
  const span = values.at(-1) - values[0] || decimal(1, resolution);
  const largest = Math.max(...values.map(Math.abs));
  let offset = 0;
  if (largest > 1e4 * span) {
    const unit = decimal(1, decimalExponent(span) + 2);
    offset = Math.floor(values[0] / unit) * unit;
  }
  const shown = values.map((value) => value - offset);
  const reach = Math.max(...shown.map(Math.abs));
  const scaled = reach >= 1e5 || reach < 5e-3;
  const factor = scaled && reach > 0 ? 3 * Math.floor(decimalExponent(reach) / 3) : 0;
  const digits = clamp(factor - resolution, 0, 20);
  const labels = shown.map((value) => minus(String(Number((value / decimal(1, factor)).toFixed(digits)))));
  const note = [
    factor ? `×${powerOfTen(factor)}` : "",
    offset ? `${offset < 0 ? "−" : "+"} ${compact(Math.abs(offset))}` : "",
  ];
  return { labels, note: note.filter(Boolean).join(" ") };
}

/** A coordinate: three digits of the axis's length. */
export function coordinate(value, span) {
  const digits = 2 - decimalExponent(span);
  if (digits >= 0 && digits <= 6 && Math.abs(value) < 1e6) return minus(value.toFixed(digits));
  const wanted = value === 0 ? 1 : decimalExponent(Math.abs(value)) + digits + 1;
  return compact(Number(value.toPrecision(clamp(wanted, 1, 15))));
}

/** `value` on a decimal grid finer than 1/4000 of `span`, so that it stays short when written. */
export function snap(value, span) {
  const exponent = decimalExponent(span / 4000);
  const snapped = decimal(Math.round(value / decimal(1, exponent)), exponent);
  return Number.isFinite(snapped) ? snapped : value;
}

/** As "1 knot", "3 knots". */
export const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** Places as two lists, of their x and of their y. */
export const columns = (places) => [0, 1].map((k) => places.map((place) => place[k]));

/** [low, high] made wide enough to be an axis. */
export function widened(low, high) {
  if (high - low > 1e-12 * Math.max(Math.abs(low), Math.abs(high))) return [low, high];
  const half = Math.abs(low) * 1e-6 || 1;
  return [low - half, high + half];
}
