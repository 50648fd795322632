/**
 * @import { Store } from "../store/store.js"
 */

import { effect } from "./signals.js";

/** A custom element that shows a part of the store: it builds its fixed DOM once and then only changes it. */
export class View extends HTMLElement {
  /** @param {Store} store */
  start(store) {
    this.build(store);
    effect(() => this.update(store));
  }

  /** Makes the fixed DOM. @param {Store} _store */
  build(_store) {}

  /** Brings the DOM up to date; runs again whenever a signal it read has changed. @param {Store} _store */
  update(_store) {}
}
