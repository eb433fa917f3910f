/**
 * What stands at an axis: a name, which is cut where it is too long, and a note that says how to read the numbers, which
 * never is.
 */

/**
 * Writes a title into so many pixels; returns how many it takes.
 * @param {SVGTextElement} text
 */
export function fit(text, name = "", note = "", room = 0) {
  const letters = [...name];
  const say = (count) => {
    const short = count < letters.length ? `${letters.slice(0, count).join("").trimEnd()}…` : name;
    text.textContent = [short, note].filter(Boolean).join(" ");
    return text.getComputedTextLength(); // 0 while the page is laid out
  };
  let count = letters.length;
  let length = say(count);
  while (length > room && count > 1) {
    count = Math.max(1, Math.min(count - 1, Math.floor((count * room) / length)));
    length = say(count);
  }
  return length;
}
