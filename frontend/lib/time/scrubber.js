/**
 * Steps as pixels and back, along a bar that shows all of them.
 *
 * @import { Series } from "../../types/wire"
 * @import { Range } from "../../types/plotly"
 *
 * @typedef {object} Scale
 * @property {number} width  Of the bar, in pixels.
 * @property {number} last  The last step.
 */

/** So much of the bar at either end is not time: the playhead has room there. */
export const EDGE = 7;
/** The share of all steps that PageUp and PageDown go. */
const PAGE = 0.05;

/** @param {number} step @param {Scale} scale */
export const xOf = (step, { width, last }) => EDGE + (last > 0 ? step / last : 0) * Math.max(0, width - 2 * EDGE);

/** The step at a pixel, or the nearest one there is. @param {number} x @param {Scale} scale */
export function stepAt(x, { width, last }) {
  const share = (x - EDGE) / Math.max(1, width - 2 * EDGE);
  return Math.round(Math.min(1, Math.max(0, share)) * last);
}

/** Where a key leads, as it does on a slider; null: it does not belong here. @param {string} key @param {number} step
 * @param {number} last */
export function stepByKey(key, step, last) {
  const page = Math.max(1, Math.round(PAGE * last));
  /** @type {Record<string, number>} */
  const targets = {
    ArrowLeft: step - 1, ArrowDown: step - 1, ArrowRight: step + 1, ArrowUp: step + 1,
    PageDown: step - page, PageUp: step + page, Home: 0, End: last,
  };
  return key in targets ? Math.min(last, Math.max(0, targets[key])) : null;
}

/** The step that somebody has typed, as near as there is one; null where it is no number. @param {string} text
 * @param {number} last */
export function stepOf(text, last) {
  const plain = text.replaceAll(/[\s,_]/g, "");
  return /^\d+$/.test(plain) ? Math.min(Number(plain), last) : null;
}

/** Of the losses so many are left out at either end: the first few would make a flat line of all others. */
const LEFT_OUT = [0.002, 0.02];

/** The range in which the differences of most losses are seen. @param {Series["mean"]} losses @returns {Range} */
export function faceRange(losses) {
  const sorted = losses.filter((loss) => loss !== null && Number.isFinite(loss)).map(Number).sort((a, b) => a - b);
  const [low, high] = LEFT_OUT;
  const at = (/** @type {number} */ share) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return [at(low), at(1 - high)];
}

/**
 * The losses as the outline of a line that is as thick as they differ: for each pixel from the least to the largest
 * mean in it, never thinner than a line. What is not finite leaves a gap.
 * @param {Pick<Series, "step" | "mean">} losses @param {Scale} scale
 * @param {object} face
 * @param {number} face.height @param {Range} face.range  Of the losses.
 * @returns {string}  A path of SVG.
 */
export function facePath({ step, mean }, scale, { height, range: [low, high] }) {
  const toY = (/** @type {number} */ loss) =>
    height - (height * (Math.min(high, Math.max(low, loss)) - low)) / (high - low || 1);
  let path = "";
  let begins = true;
  /** @type {{ x: number, first: number, top: number, bottom: number, last: number } | null} */
  let column = null;
  const close = () => {
    if (!column) return;
    const { x, first, top, bottom, last } = column;
    path += `${begins ? "M" : "L"}${x} ${first.toFixed(1)}`;
    if (top < bottom) path += `V${top.toFixed(1)}V${bottom.toFixed(1)}V${last.toFixed(1)}`;
    begins = false;
    column = null;
  };
  step.forEach((each, i) => {
    const loss = mean[i];
    if (loss === null || !Number.isFinite(loss)) {
      close();
      begins = true;
      return;
    }
    const [x, y] = [Math.round(xOf(each, scale)), toY(loss)];
    if (column?.x === x) {
      column = { ...column, top: Math.min(column.top, y), bottom: Math.max(column.bottom, y), last: y };
    } else {
      close();
      column = { x, first: y, top: y, bottom: y, last: y };
    }
  });
  close();
  return path;
}
