/**
 * A band whose outline has more corners than the plot has columns of pixels. To fill such an outline takes a canvas
 * without a GPU tens of milliseconds; one rectangle for each column looks the same and takes next to none.
 *
 * @import { ScatterTrace } from "../../types/plotly"
 *
 * @typedef {Pick<ScatterTrace, "x" | "y">} Outline  there along the upper edge, back along the lower
 */

/** @param {Outline} outline @param {number} width  in pixels */
export const isDense = ({ x }, width) => x.length / 2 > width;

/**
 * The rectangles that cover the band: each as high as all points in its column, and as wide as up to the next point.
 *
 * @param {Outline} outline
 * @param {(value: number) => number} toX
 * @param {(value: number) => number} toY
 */
export function bandColumns({ x, y }, toX, toY) {
  const columns = [];
  /** @type {{ left: number, top: number, bottom: number } | null} */
  let column = null;
  for (let i = 0; i < x.length / 2; i++) {
    const left = Math.floor(toX(x[i] ?? NaN));
    const top = toY(y[i] ?? NaN);
    const bottom = toY(y[x.length - 1 - i] ?? NaN);
    if (column && column.left === left) {
      column.top = Math.min(column.top, top);
      column.bottom = Math.max(column.bottom, bottom);
      continue;
    }
    if (column) columns.push(rectangle(column, left));
    column = { left, top, bottom };
  }
  if (column) columns.push(rectangle(column, column.left + 1));
  return columns;
}

/** @param {{ left: number, top: number, bottom: number }} column @param {number} right */
const rectangle = ({ left, top, bottom }, right) => ({ left, top, width: right - left, height: bottom - top });
