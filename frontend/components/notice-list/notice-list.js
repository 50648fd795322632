/**
 * What went wrong, in the server's words, until it is dismissed. It covers nothing that one needs to go on.
 *
 * @import { Store } from "../../store.js"
 * @import { Notice } from "../../state.js"
 */

import { element } from "../../lib/dom.js";
import { View } from "../../lib/view.js";

export class NoticeList extends View {
  /** @override */
  build() {
    this.setAttribute("role", "alert");
  }

  /** @override @param {Store} store */
  update({ notices, actions }) {
    const shown = new Map([...this.children].map((child) => [Number(child.getAttribute("data-id")), child]));
    this.replaceChildren(...notices.value.map((notice) => shown.get(notice.id) ?? card(notice, actions.dismiss)));
  }
}

/** @param {Notice} notice @param {(id: number) => void} dismiss */
function card({ id, text }, dismiss) {
  return element("div", { class: "notice", "data-id": String(id) },
    element("p", {}, text),
    element("button", { type: "button", "aria-label": "Dismiss", title: "Dismiss", onclick: () => dismiss(id) }, "×"));
}

customElements.define("notice-list", NoticeList);
