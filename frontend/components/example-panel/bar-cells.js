/**
 * The bars of one row of a tensor, to be pointed at like the cells of its heat map.
 *
 * @import { Range } from "../../types/plotly"
 * @import { Cells } from "../picture/pointing.js"
 *
 * @param {string} tensor
 * @param {number} row  Of the tensor.
 * @param {ArrayLike<number>} order  The tensor's column at each bar.
 * @param {() => Range | null} range  Of the upright axis, along which all of a bar's place belongs to it.
 * @returns {Cells}
 */
export function barCells(tensor, row, order, range) {
  const places = new Map(Array.from(order, (column, place) => [column, place]));
  return {
    // The order is another one for each example: by it the plot knows that its cells are.
    tensor, rows: 1, columns: order.length, block: [1, 1], order: Array.from(order),
    placeAt: (x) => [0, Math.round(x)],
    cellAt: (_, place) => (place >= 0 && place < order.length ? [row, order[place]] : null),
    placesOf([example, column]) {
      const [low, high] = range() ?? [0, 0];
      if ((example !== null && example !== row) || low === high) return [];
      const upright = { row: low + 0.5, rows: high - low };
      if (column === null) return [{ ...upright, column: 0, columns: order.length }];
      const place = places.get(column);
      return place === undefined ? [] : [{ ...upright, column: place, columns: 1 }];
    },
  };
}
