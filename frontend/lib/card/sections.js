/** The sections of a tensor's card that can be folded, in order. */
export const SECTIONS = ["forward", "backward", "sum", "proof"];

/** Whether this names sections, as the address has them. @param {string} list */
export const areSections = (list) => list === "" || list.split(",").every((name) => SECTIONS.includes(name));

/** @param {string} list  As the address has them. @param {string} name */
export const isFolded = (list, name) => list.split(",").includes(name);

/** The list with one section folded or not. @param {string} list @param {string} name @param {boolean} folded */
export const fold = (list, name, folded) =>
  SECTIONS.filter((section) => (section === name ? folded : isFolded(list, section))).join();
