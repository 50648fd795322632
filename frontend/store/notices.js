/**
 * What the page says in passing: what went wrong, and what was done and can be undone.
 *
 * @import { initialState } from "./state.js"
 *
 * @typedef {object} Notice
 * @property {number} id
 * @property {string} text
 * @property {{ text: string, perform: () => unknown } | null} action  What can be done about it.
 * @property {boolean} [done]  Something was done; else it went wrong.
 */

import { ApiError } from "../api.js";

/** So long what was done is said, where nothing can be undone, in milliseconds. */
const SAID_FOR = 3000;

/** @param {ReturnType<typeof initialState>} state */
export function createNotices({ notices }) {
  let made = 0;

  /** @param {Omit<Notice, "id">} notice */
  function add(notice) {
    const id = ++made;
    notices.value = [...notices.peek(), { id, ...notice }];
    return id;
  }

  /** @param {number} id */
  function dismiss(id) {
    notices.value = notices.peek().filter((shown) => shown.id !== id);
  }

  /** What went wrong, once however often it does. @param {string} text */
  function notice(text) {
    if (!notices.peek().some((shown) => shown.text === text)) add({ text, action: null });
  }

  return {
    notice,
    /** What was done, with a button. @param {string} text @param {string} button @param {() => unknown} perform */
    offer: (text, button, perform) => void add({ text, action: { text: button, perform }, done: true }),
    /** What was done, for a moment. @param {string} text */
    said(text) {
      const id = add({ text, action: null, done: true });
      setTimeout(() => dismiss(id), SAID_FOR);
    },
    /** @param {unknown} error */
    report(error) {
      if (!(error instanceof ApiError)) throw error;
      notice(error.message);
    },
    dismiss,
  };
}
