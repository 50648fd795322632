/**
 * Offers the tour to whoever is here for the first time, and covers nothing.
 *
 * @import { GuidedStore } from "../../guide/guided.js"
 */

import { element } from "../../lib/dom.js";
import { View } from "../../lib/view.js";

export class TourInvitation extends View {
  /** @override @param {GuidedStore} store */
  build({ tour }) {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Tour");
    this.append(
      element("p", {}, "First time here? A tour of a minute shows what is where."),
      element("button", { type: "button", class: "primary", "data-action": "tour", onclick: tour.start }, "Take the tour"),
      element("button", {
        type: "button", "data-action": "no-tour", title: "It stays under “?”", onclick: tour.decline,
      }, "No, thanks"),
    );
  }

  /** @override @param {GuidedStore} store */
  update({ tour, choices }) {
    const isUnderWay = tour.stop.value !== null;
    this.hidden = isUnderWay || !tour.offered.value || choices.value.embed !== "" || choices.value.lesson !== "";
  }
}

customElements.define("tour-invitation", TourInvitation);
