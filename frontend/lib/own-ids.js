/**
 * What is on the page a second time needs ids of its own, since an id may stand in a document only once.
 */

/** Attributes that refer to ids, one or several. */
const REFERENCES = ["for", "aria-labelledby", "aria-describedby", "aria-controls"];

/**
 * Gives every id in it, and its own, another ending, and whatever refers to them. For what is built once: an element
 * that is added later has whatever id it is given.
 * @param {Element} root @param {string} ending
 */
export function endIds(root, ending) {
  const all = [root, ...root.querySelectorAll("*")];
  const ids = new Set(all.map(({ id }) => id).filter(Boolean));
  const renamed = (/** @type {string} */ id) => (ids.has(id) ? id + ending : id);
  for (const each of all) {
    if (each.id) each.id += ending;
    for (const name of REFERENCES) {
      const refers = each.getAttribute(name);
      if (refers) each.setAttribute(name, refers.split(" ").map(renamed).join(" "));
    }
  }
}
