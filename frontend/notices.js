/**
 * What the page says in passing: what went wrong, and what was done and can be undone.
 *
 * @import { initialState } from "./state.js"
 *
 * @typedef {object} Notice
 * @property {number} id
 * @property {string} text
 * @property {{ text: string, perform: () => unknown } | null} action  What can be done about it; null: it went wrong.
 */

import { ApiError } from "./api.js";

/** @param {ReturnType<typeof initialState>} state */
export function createNotices({ notices }) {
  let made = 0;

  /** @param {string} text @param {Notice["action"]} action */
  const add = (text, action) => void (notices.value = [...notices.peek(), { id: ++made, text, action }]);

  /** What went wrong, once however often it does. @param {string} text */
  function notice(text) {
    if (!notices.peek().some((shown) => shown.text === text)) add(text, null);
  }

  return {
    notice,
    /** What was done, with a button. @param {string} text @param {string} button @param {() => unknown} perform */
    offer: (text, button, perform) => add(text, { text: button, perform }),
    /** @param {unknown} error */
    report(error) {
      if (!(error instanceof ApiError)) throw error;
      notice(error.message);
    },
    /** @param {number} id */
    dismiss(id) {
      notices.value = notices.peek().filter((shown) => shown.id !== id);
    },
  };
}
