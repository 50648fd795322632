/**
 * @import { Store } from "../store/store.js"
 */

import { effect, pacedEffect } from "./signals.js";

/** While training runs, what is read and not watched changes so seldom, in milliseconds. */
const READABLE = 250;

/**
 * An effect of words and numbers that every frame changes: faster than anybody can read them they would only keep the
 * plots waiting.
 * @param {Store} store @param {() => void} body
 */
export const readable = ({ streaming }, body) => pacedEffect(body, () => (streaming.peek() ? READABLE : 0));

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

/** A view of words and numbers that every frame changes. */
export class ReadableView extends View {
  /** @override @param {Store} store */
  start(store) {
    this.build(store);
    readable(store, () => this.update(store));
  }
}
