/**
 * What went wrong, in the server's words, and what was done and can be undone, until it is dismissed. It covers nothing
 * that one needs to go on.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Notice } from "../../store/notices.js"
 */

import { element } from "../../lib/dom.js";
import { View } from "../../lib/view.js";

export class NoticeList extends View {
  /** @override */
  build() {
    this.setAttribute("role", "alert");
    document.addEventListener("close", () => this.#stand(), true);
  }

  /** @override @param {Store} store */
  update({ notices, actions }) {
    const shown = new Map([...this.children].map((child) => [Number(child.getAttribute("data-id")), child]));
    this.replaceChildren(...notices.value.map((notice) => shown.get(notice.id) ?? card(notice, actions.dismiss)));
    this.#stand();
  }

  /** In the dialog that is open, if one is: all else is out of reach. */
  #stand() {
    const place = document.querySelector("dialog:modal") ?? document.body;
    if (this.parentElement !== place) place.append(this);
  }
}

/** @param {Notice} notice @param {(id: number) => void} dismiss */
function card({ id, text, action, done = false }, dismiss) {
  const made = element("div", { class: "notice", "data-id": String(id) }, element("p", {}, text));
  made.classList.toggle("done", done);
  if (action) {
    const perform = () => {
      dismiss(id);
      action.perform();
    };
    made.append(element("button", { type: "button", class: "undo", onclick: perform }, action.text));
  }
  const close = { type: "button", class: "dismiss", "aria-label": "Dismiss", title: "Dismiss", onclick: () => dismiss(id) };
  made.append(element("button", close, "×"));
  return made;
}

customElements.define("notice-list", NoticeList);
