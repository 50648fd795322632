/**
 * What the first layer's weights read from characters. `embcat @ W1` adds one product for each place of the context,
 * `C[character] @ W1[place]`: two characters are as far apart for the network as these products are, all places
 * together. So far apart are their rows times L, too, where L Lᵀ is the sum of W1[place] W1[place]ᵀ: E numbers each
 * instead of T·H.
 *
 * @import { Numbers } from "../../types/plotly"
 */

/** A direction that is read so little beside the others is not read at all. */
const NOTHING = 1e-12;

/**
 * L, row after row: Cholesky's factor (Golub and Van Loan, Matrix Computations, 4.2).
 * @param {Numbers} weights  W1, T·E H. @param {number} columns  E. @param {number} units  H.
 */
export function firstLayerReads(weights, columns, units) {
  const products = productsOf(weights, columns, units);
  const largest = Math.max(...Array.from({ length: columns }, (_, i) => products[i * columns + i]));
  const factor = new Float64Array(columns * columns);
  for (let j = 0; j < columns; j++) {
    const left = (/** @type {number} */ i) => {
      let rest = products[i * columns + j];
      for (let k = 0; k < j; k++) rest -= factor[i * columns + k] * factor[j * columns + k];
      return rest;
    };
    const pivot = left(j);
    if (pivot <= NOTHING * largest) continue;
    for (let i = j; i < columns; i++) factor[i * columns + j] = left(i) / Math.sqrt(pivot);
  }
  return factor;
}

/** Each row times a square matrix. @param {Numbers} rows @param {number} columns @param {Float64Array} matrix */
export function times(rows, columns, matrix) {
  const products = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const [value, column] = [rows[at] ?? NaN, at % columns];
    for (let k = 0; k < columns; k++) products[at - column + k] += value * matrix[column * columns + k];
  }
  return products;
}

/** The sum of W1[place] W1[place]ᵀ over all places, E E. @param {Numbers} weights @param {number} columns @param {number} units */
function productsOf(weights, columns, units) {
  const products = new Float64Array(columns * columns);
  for (let place = 0; place < weights.length / units; place += columns) {
    for (let i = 0; i < columns; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k < units; k++) sum += (weights[(place + i) * units + k] ?? NaN) * (weights[(place + j) * units + k] ?? NaN);
        products[i * columns + j] += sum;
        if (i !== j) products[j * columns + i] += sum;
      }
    }
  }
  return products;
}
