/**
 * Which cell of a tensor stands where in its picture. A plot that is told so, by `plot.cells = cellsOf("dlogits", shape)`,
 * does the rest by itself within a `Panel`: pointing at a cell, or going there by the arrow keys, asks why it has its
 * value; and what the answer lights up of this tensor is outlined. `Picture` does it for all its tensors.
 *
 * @typedef {(number | null)[]} Region  One index for each dimension of a tensor; null: all along it.
 *
 * @typedef {object} Place  Where something stands in the picture, in the units of its axes.
 * @property {number} row
 * @property {number} column
 * @property {number} rows
 * @property {number} columns
 *
 * @typedef {object} Cells
 * @property {string} tensor
 * @property {number} rows  Of the picture.
 * @property {number} columns
 * @property {ArrayLike<number> | null} order  The tensor's row at each row of the picture, where they are sorted.
 * @property {[number, number]} block  So many rows and columns share one colour, that of the largest magnitude.
 * @property {(row: number, column: number) => number[] | null} cellAt  The tensor's cell that is seen there.
 * @property {(region: Region) => Place[]} placesOf
 * @property {(x: number, y: number) => [number, number] | null} [placeAt]  Row and column at a place on the axes, where
 *   the picture is no grid.
 */

/**
 * @param {string} tensor
 * @param {number[]} shape
 * @param {object} [seen]
 * @param {readonly [number, number] | null} [seen.block]  How many rows and columns one colour stands for, in a reduced view.
 * @param {ArrayLike<number> | null} [seen.order]  The tensor's row at each row of the picture; the same array for as long as it is so.
 * @returns {Cells}
 */
export function cellsOf(tensor, shape, { block = null, order = null } = {}) {
  // Sent whole, all dimensions but the last run down the rows; in blocks, all but the first run along the columns.
  const split = block && shape.length > 1 ? 1 : Math.max(0, shape.length - 1);
  const sizes = { rows: shape.slice(0, split), columns: shape.slice(split) };
  const rows = product(sizes.rows);
  const columns = product(sizes.columns);
  const shown = new Map(Array.from(order ?? [], (row, place) => [row, place]));
  return {
    tensor, rows, columns, order,
    block: [block?.[0] ?? 1, block?.[1] ?? 1],
    cellAt(row, column) {
      if (!(row >= 0 && row < rows && column >= 0 && column < columns)) return null;
      return unraveled((order?.[row] ?? row) * columns + column, shape);
    },
    placesOf(region) {
      const down = stretches(region.slice(0, split), sizes.rows);
      const along = stretches(region.slice(split), sizes.columns);
      const ranges = order ? down.flatMap(each).map(({ from }) => ({ from: shown.get(from) ?? -1, count: 1 })) : down;
      return ranges.filter(({ from }) => from >= 0).flatMap(({ from, count }) => along.map((range) => (
        { row: from, rows: count, column: range.from, columns: range.count })));
    },
  };
}

/** @typedef {{ from: number, count: number }} Stretch */

/**
 * What a region takes of dimensions that are run together, the last one fastest.
 * @param {Region} region @param {number[]} sizes @returns {Stretch[]}
 */
function stretches(region, sizes) {
  const [index, ...rest] = region;
  if (index === undefined) return [{ from: 0, count: 1 }];
  const inner = product(sizes.slice(1));
  if (rest.every((each) => each === null)) {
    return [index === null ? { from: 0, count: sizes[0] * inner } : { from: index * inner, count: inner }];
  }
  const within = stretches(rest, sizes.slice(1));
  const outer = index === null ? Array.from({ length: sizes[0] }, (_, i) => i) : [index];
  return outer.flatMap((i) => within.map(({ from, count }) => ({ from: i * inner + from, count })));
}

/** @param {Stretch} stretch @returns {Stretch[]} */
const each = ({ from, count }) => Array.from({ length: count }, (_, i) => ({ from: from + i, count: 1 }));

/** The index along each dimension of the cell with this number. @param {number} number @param {number[]} shape */
function unraveled(number, shape) {
  const index = [];
  for (const size of shape.toReversed()) {
    index.unshift(number % size);
    number = Math.floor(number / size);
  }
  return index;
}

/** @param {number[]} sizes */
const product = (sizes) => sizes.reduce((all, size) => all * size, 1);
