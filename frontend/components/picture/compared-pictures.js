/**
 * Two versions of one tensor and their difference, as three pictures on one scale; or the difference on a scale of its own,
 * where it is too small to be seen beside them.
 *
 * @import { Axis } from "../../lib/axes.js"
 * @import { Shown } from "./picture.js"
 *
 * @typedef {object} Compared
 * @property {string} tensor  Whose cells they are.
 * @property {[string, string, string]} titles
 * @property {Shown["view"][]} views  The one, the other, the difference.
 * @property {{ rows: Axis, columns: Axis }} axes
 * @property {boolean} magnified
 */

import { element } from "../../lib/dom.js";
import { largestMagnitude } from "../../lib/ranges.js";
import { Picture } from "./picture.js";

export class ComparedPictures {
  #pictures;

  /** @param {string} id  Of the difference; the others have `-one` and `-other` after it. */
  constructor(id) {
    this.#pictures = [`${id}-one`, `${id}-other`, id].map((each) => new Picture(each));
    this.root = element("div", { class: "compared-pictures" }, ...this.#pictures.map(({ plot }) => plot));
  }

  /** In place of all three. @param {string} title @param {string} message */
  say(title, message) {
    for (const [i, picture] of this.#pictures.entries()) {
      picture.plot.hidden = i < 2;
      picture.say(title, message);
    }
  }

  /** @param {Compared} compared */
  show({ tensor, titles, views, axes, magnified }) {
    const values = views.map(({ data }) => (data ? largestMagnitude(data) : 0));
    this.#pictures.forEach((picture, i) => {
      const isAlone = magnified && i === 2;
      picture.plot.hidden = false;
      picture.show({
        title: isAlone ? `${titles[i]}, magnified` : titles[i], label: tensor, name: titles[i], view: views[i], numbers: null, axes,
        signed: true, cellsOfTensor: tensor, largest: isAlone ? 0 : Math.max(...values),
      });
    });
  }
}
