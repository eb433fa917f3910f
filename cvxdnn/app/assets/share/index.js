/**
 * What of sharing a link only the browser can do: copying, the system's own share sheet where there is one, and a
 * preview, the link itself in a frame. A preview is a visitor of its own, with a seat; so it is there only after a press.
 *
 * @typedef {object} Data
 * @property {string} link
 * @property {string} code of a frame; "" where none is asked for
 * @property {number} width of the frame, in pixels
 * @property {number} height
 */

import { element } from "../common/elements.js";
import { showLook } from "../common/look.js";

const TITLE = "cvxdnn: networks as splines";

class Share {
  #data;
  #shown = ""; // the link in the preview
  #observer = new ResizeObserver(() => this.#fit());

  constructor(root) {
    this.host = root.querySelector(".share");
    this.preview = this.host.querySelector(".preview");
    this.note = this.host.querySelector(".note");
    const [show, send] = ["preview", "send"].map((name) => this.#action(name));
    for (const name of ["link", "code"]) this.#action(name).onclick = () => this.#copy(this.#data[name]);
    show.onclick = () => this.#show(this.#shown ? "" : this.#data.link);
    send.hidden = !navigator.share;
    send.onclick = () => navigator.share({ title: TITLE, url: this.#data.link }).catch(() => {}); // thought better of it
    this.#observer.observe(this.host);
  }

  #action(name) {
    return this.host.querySelector(`[data-action="${name}"]`);
  }

  update({ data }) {
    this.#data = data;
    this.note.textContent = "";
    for (const name of ["link", "code"]) this.#action(name).hidden = !data[name] || !navigator.clipboard;
    showLook(this.host);
    if (this.#shown && this.#shown !== data.link) this.#show(data.link);
    this.#fit();
  }

  async #copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.note.textContent = "Copied.";
    } catch {
      this.note.textContent = "The browser does not let this page copy: mark the text and copy it yourself.";
    }
  }

  #show(link) {
    this.#shown = link;
    this.preview.hidden = !link;
    this.preview.replaceChildren();
    if (link) element("iframe", { src: link, title: "Preview" }, this.preview);
    this.#action("preview").textContent = link ? "Hide the preview" : "Show a preview";
    this.#fit();
  }

  #fit() {
    const frame = this.preview.firstElementChild;
    if (!frame) return;
    const { width, height } = this.#data;
    const scale = Math.min(1, this.preview.clientWidth / width);
    Object.assign(frame.style, { width: `${width}px`, height: `${height}px`, transform: `scale(${scale})` });
    this.preview.style.height = `${height * scale}px`;
  }

  destroy() {
    this.#observer.disconnect();
  }
}

/** Takes the component's elements over. */
export default function mount(root) {
  return new Share(root);
}
