/**
 * Building a component's fixed DOM.
 */

/**
 * An element with attributes and children; text stays text. A listener is an attribute `onclick` with a function.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | boolean | ((event: any) => void)>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (typeof value === "boolean") made.toggleAttribute(name, value);
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/**
 * An element of SVG, with attributes and children.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...Node} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function drawing(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * A choice among options. Once one is chosen it gives the focus back, so that keys mean again what they do on the page.
 * @param {Record<string, string>} attributes
 * @param {(value: string) => void} choose
 */
export function select(attributes, choose) {
  const list = element("select", attributes);
  list.addEventListener("change", () => {
    choose(list.value);
    list.blur();
  });
  return list;
}

/** The options that lists were given, as text to compare: to read them from the document takes long. @type {WeakMap<HTMLSelectElement, string>} */
const optionsOf = new WeakMap();

/**
 * Gives a select its options; those it has already are left alone, so that an open one is not disturbed.
 * @param {HTMLSelectElement} list
 * @param {{ value: string, text: string }[]} options
 * @param {string} chosen
 */
export function setOptions(list, options, chosen) {
  const given = JSON.stringify(options);
  if (given !== optionsOf.get(list)) {
    list.replaceChildren(...options.map(({ value, text }) => new Option(text, value)));
    optionsOf.set(list, given);
  }
  if (list.value !== chosen) list.value = chosen;
}

/** Text that changes often: written only when it is another one. @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * A formula that the server has made. It is parsed as XML, so nothing in it can run.
 * @param {string} mathml
 * @returns {Node}
 */
export function formula(mathml) {
  const parsed = new DOMParser().parseFromString(mathml, "application/xml").documentElement;
  if (parsed.localName !== "math") return document.createTextNode(mathml);
  return document.adoptNode(parsed);
}

/**
 * Text that the server has made of Markdown. It is parsed as XML, so nothing in it can run.
 * @param {string} xhtml
 * @returns {Node[]}
 */
export function prose(xhtml) {
  const text = `<div xmlns="http://www.w3.org/1999/xhtml">${xhtml}</div>`;
  const parsed = new DOMParser().parseFromString(text, "application/xml").documentElement;
  if (parsed.localName !== "div") return [document.createTextNode(xhtml)];
  return [...document.adoptNode(parsed).childNodes];
}
