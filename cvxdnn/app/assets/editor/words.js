/** What is said: to who listens (a live region), and to who looks (in place of the hint). */

const MESSAGE_TIME = 2500; // milliseconds

export class Words {
  #timer;

  /** @param {HTMLElement} host */
  constructor(host) {
    this.announcer = host.querySelector(".announcer");
    this.message = host.querySelector(".message");
    this.status = host.querySelector(".status");
  }

  announce(text) {
    this.announcer.textContent = text;
  }

  /** A message in place of the hint; an empty one brings the hint back. */
  show(text) {
    clearTimeout(this.#timer);
    this.message.textContent = text;
    this.status.classList.toggle("busy", text !== "");
  }

  /** Says why nothing happened. */
  say(text) {
    this.announce(text);
    this.show(text);
    this.#timer = setTimeout(() => this.show(""), MESSAGE_TIME);
  }

  destroy() {
    clearTimeout(this.#timer);
  }
}
