/**
 * A phone in class: join, wait, answer, sent, locked, reveal. The server knows where the class is, the tab what it said;
 * so a phone that slept, was reloaded or lost its network is back as soon as it is told where the class is.
 */

import { element } from "../common/elements.js";
import { follow } from "./follow.js";
import { QuestionView } from "./question.js";
import { Room } from "./room.js";

const OVER = "This class is over. The next one has another code.";
const CODE = /^[BCDFHJKMNPRSTVXZ]{4}$/;
const page = document.getElementById("page");
const connection = element("p", { class: "connection", role: "status", hidden: "" });

/** The last part of the address, where it is a code. */
function codeOfAddress() {
  const last = decodeURIComponent(location.pathname.split("/").at(-1)).toUpperCase();
  return CODE.test(last) ? last : null;
}

/** @param {string} [why] said above the field */
function askForCode(why = "") {
  const label = element("label", { for: "code" }, null, ["The code on the screen"]);
  const attributes = { id: "code", maxlength: "4", autocomplete: "off", autocapitalize: "characters" };
  const input = element("input", { ...attributes, spellcheck: "false", "aria-describedby": "why" });
  const said = element("p", { id: "why", class: "quiet", role: "status" }, null, [why || "Four letters."]);
  const button = element("button", { class: "main", type: "submit" }, null, ["Join"]);
  const form = element("form", { class: "centre" }, null, [label, input, said, button]);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const code = input.value.trim().toUpperCase();
    if (CODE.test(code)) location.assign(new URL(`${document.documentElement.dataset.root}join/${code}`, location));
    else {
      said.textContent = "A code has four letters and no vowels. Look at the screen in front.";
      input.focus();
    }
  });
  page.replaceChildren(form);
  input.focus();
}

/** @param {string} text what is to be known while there is nothing to do */
function rest(code, text, note = "Look at the screen in front.") {
  const words = [
    element("p", { class: "code" }, null, [code]),
    element("h1", {}, null, [text]),
    element("p", { class: "quiet" }, null, [note]),
  ];
  page.replaceChildren(connection, element("div", { class: "centre", role: "status" }, null, words));
}

function join(code) {
  const room = new Room(code);
  let view = null;
  let wasIn = false;
  const leave = () => {
    view?.destroy();
    view = null;
  };
  rest(code, "Looking for your class …", "");
  follow(room, {
    state(state) {
      document.title = `${code}: in class`;
      wasIn = true;
      if (state.phase === "waiting") {
        leave();
        rest(code, "You are in.", state.step ? "The next question comes soon." : "The question comes soon.");
        return;
      }
      if (!view?.isOf(state)) {
        leave();
        view = new QuestionView(room, state);
        page.replaceChildren(connection, ...view.parts);
      }
      view.update(state);
    },
    lost(why) {
      connection.textContent = why || `No connection. ${view ? "Your answer is kept." : "Trying again …"}`;
      connection.hidden = false;
    },
    back() {
      connection.hidden = true;
      view?.retry();
    },
    over(told) {
      leave();
      connection.hidden = true;
      if (told?.refused === "unknown room")
        askForCode(wasIn ? OVER : "There is no class with this code, or it is over.");
      else rest(code, told?.why ?? "This did not work.", "Reload the page to try again.");
    },
  });
}

const code = codeOfAddress();
if (code) join(code);
else askForCode(location.pathname.split("/").at(-1) === "join" ? "" : "This is no code. A code has four letters.");
