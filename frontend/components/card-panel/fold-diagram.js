/**
 * Why broadcasting becomes a sum, drawn: a line's narrow and wide side, what the forward pass does between them, and what
 * the backward pass does on the same way back. A few rows and columns stand for all.
 *
 * @import { Dimension, Fold } from "../../lib/card/dimensions.js"
 */

import { letters, sizes } from "../../lib/card/dimensions.js";
import { drawing } from "../../lib/dom.js";

const CELL = 11;
/** How many rows and columns are drawn. */
const [ROWS, COLUMNS] = [4, 6];
const [HEIGHT, WAY] = [92, 148];
/** The cell of the narrow side whose copies are marked. */
const MARKED = 2;

/** What each use does on the way there and back. @type {Record<Fold["use"], [string, string]>} */
const WORDS = {
  copied: ["copied", "summed"],
  reduced: ["reduced", "spread"],
  "looked up": ["picked", "summed"],
};

/** @param {Fold} fold */
export function foldDiagram(fold) {
  const { use, input, from, output, to } = fold;
  const [there, back] = WORDS[use];
  const [left, right] = grids(fold);
  const width = left.width + WAY + right.width;
  const says = `${input} (${sizes(from)}) is ${there} to ${output} (${sizes(to)}); backwards d${output} is ${back} to d${input}.`;
  return drawing("svg", {
    class: "fold", viewBox: `-70 -4 ${width + 140} ${HEIGHT + 12}`, width: String(width + 140), height: String(HEIGHT + 12),
    role: "img", "aria-label": says,
  },
  side(left, 0, input, from), side(right, left.width + WAY, output, to),
  arrow(left.width + 14, left.width + WAY - 14, HEIGHT / 2 - 9, `${there} ${along(fold)}`, "there"),
  arrow(left.width + WAY - 14, left.width + 14, HEIGHT / 2 + 15, `${back} ${along(fold)}`, "back"));
}

/** @param {Fold} fold */
const along = ({ use, over }) => (use === "looked up" ? "by index" : `over ${letters(over)}`);

/**
 * @typedef {object} Grid
 * @property {number} rows
 * @property {number} columns
 * @property {number} width
 * @property {number} height
 * @property {(row: number, column: number) => boolean} marked
 */

/** Both sides, with the cells marked that are one number's copies. @param {Fold} fold @returns {[Grid, Grid]} */
function grids({ use, from, to, over }) {
  if (use === "looked up") {
    const rows = [1, 3, 4];
    return [grid(5, 4, (row) => row === MARKED), grid(6, 4, (row) => rows.includes(row))];
  }
  const wide = use === "copied" ? to : from;
  const isRow = over.some(({ name }) => name === wide[0]?.name);
  const isColumn = over.some(({ name }) => name === wide[1]?.name);
  const narrow = grid(isRow ? 1 : ROWS, isColumn ? 1 : COLUMNS,
    (row, column) => (isRow || row === 1) && (isColumn || column === MARKED));
  const full = grid(ROWS, COLUMNS, (row, column) => (isRow || row === 1) && (isColumn || column === MARKED));
  return use === "copied" ? [narrow, full] : [full, narrow];
}

/** @param {number} rows @param {number} columns @param {Grid["marked"]} marked @returns {Grid} */
const grid = (rows, columns, marked) => ({ rows, columns, width: columns * CELL, height: rows * CELL, marked });

/** @param {Grid} grid @param {number} x @param {string} tensor @param {Dimension[]} dimensions */
function side({ rows, columns, width, height, marked }, x, tensor, dimensions) {
  const top = (HEIGHT - height) / 2;
  const cells = Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return drawing("rect", {
      class: marked(row, column) ? "marked" : "", x: String(x + column * CELL), y: String(top + row * CELL),
      width: String(CELL - 1), height: String(CELL - 1),
    });
  });
  return drawing("g", {}, ...cells,
    label(tensor, x + width / 2, top - 8, "name"),
    label(`${letters(dimensions)}, ${sizes(dimensions)}`, x + width / 2, top + height + 16, "size"));
}

/** @param {number} from @param {number} to @param {number} y @param {string} text @param {string} kind */
function arrow(from, to, y, text, kind) {
  const point = to > from ? -6 : 6;
  return drawing("g", { class: `arrow ${kind}` },
    drawing("path", { d: `M${from} ${y}H${to}m${point} -4L${to} ${y}l${point} 4` }),
    label(text, (from + to) / 2, y + (kind === "there" ? -7 : 16), ""));
}

/** @param {string} text @param {number} x @param {number} y @param {string} kind */
function label(text, x, y, kind) {
  const made = drawing("text", { x: String(x), y: String(y), class: kind, "text-anchor": "middle" });
  made.textContent = text;
  return made;
}
