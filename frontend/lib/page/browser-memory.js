/**
 * What this browser remembers from one visit to the next. Where it remembers nothing for this page (cookies are blocked,
 * or the page is embedded in another site's), it does not even let the page ask: then each visit is the first.
 */

/** @type {Pick<Storage, "getItem" | "setItem">} */
export const browserMemory = {
  getItem(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  setItem(key, value) {
    try {
      localStorage.setItem(key, value);
    } catch {
      // Nothing depends on it.
    }
  },
};
