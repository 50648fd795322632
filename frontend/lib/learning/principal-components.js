/**
 * Principal components: the directions in which rows of numbers differ most, by subspace iteration (orthogonal
 * iteration with a Rayleigh–Ritz step: Golub and Van Loan, Matrix Computations, 8.2.4). A subspace as large as the whole
 * space, which that of a small embedding is, is exact at once.
 *
 * @import { Numbers } from "../../types/plotly"
 *
 * @typedef {object} Components
 * @property {Float64Array[]} directions  Of length 1 and at right angles, the largest variance first.
 * @property {number[]} shares  Of the variance, 0 … 1, one for each direction; NaN where nothing varies.
 */

import { eigen } from "./eigen.js";

/** Directions that are kept in the subspace: more than are wanted, so that it settles soon. */
const SUBSPACE = 12;
const MOST_ROUNDS = 300;
/** How much of a round is taken while directions are followed. */
const TURN = 0.2;
/** Settled, once a direction misses being one by so little, as a share of the largest variance. */
const SETTLED = 1e-7;

/**
 * The rows less their mean.
 * @param {Numbers} values  Row after row. @param {number} columns @param {number[]} weights  How much each row counts.
 */
export function centred(values, columns, weights) {
  const rows = values.length / columns;
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const differences = new Float64Array(values.length);
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += weights[row] * (values[row * columns + column] ?? NaN);
    const mean = sum / all;
    for (let row = 0; row < rows; row++) {
      differences[row * columns + column] = (values[row * columns + column] ?? NaN) - mean;
    }
  }
  return differences;
}

/**
 * Centred rows as the components take them: a row that counts twice as much adds twice as much to the variance.
 * @param {Float64Array} differences @param {number} columns @param {number[]} weights
 */
export const weighted = (differences, columns, weights) =>
  differences.map((value, at) => value * Math.sqrt(weights[Math.floor(at / columns)]));

/**
 * The first `count` components of centred rows, or as many as there are columns.
 * @param {Float64Array} differences @param {number} columns @param {number} count
 * @param {Float64Array[]} [start]  Directions that are not far from them.
 * @returns {Components}
 */
export function principalComponents(differences, columns, count, start = []) {
  const wanted = Math.min(count, columns);
  let basis = orthonormal([...start, ...axesAlong(columns)], Math.min(columns, SUBSPACE));
  /** @type {Found} */
  let found = { directions: basis, variances: [], images: [] };
  for (let round = 0; round < MOST_ROUNDS; round++) {
    found = ritz(differences, columns, basis);
    if (basis.length === columns || isSettled(found, wanted)) break;
    basis = orthonormal(found.images, basis.length, found.directions);
  }
  const directions = found.directions.slice(0, wanted).map(upright);
  return { directions, shares: sharesAlong(differences, columns, directions) };
}

/**
 * The same directions, turned towards the true ones by part of what one round of the iteration would turn them, a few
 * degrees at most. From frame to frame this follows rows that move slowly: the map turns, and never jumps or flips.
 * @param {Float64Array} differences @param {number} columns @param {Float64Array[]} directions @returns {Components}
 */
export function followed(differences, columns, directions) {
  const nearer = imagesOf(differences, columns, directions).map((image, k) => {
    const length = Math.sqrt(dot(image, image)) || 1;
    return image.map((value, i) => directions[k][i] + (TURN * value) / length);
  });
  const turned = orthonormal(nearer, directions.length, directions);
  return { directions: turned, shares: sharesAlong(differences, columns, turned) };
}

/** The components with the signs that lie nearest to those before. @param {Components} found @param {Float64Array[]} before @returns {Components} */
export const alignedWith = (found, before) => ({
  ...found,
  directions: found.directions.map((direction, i) => {
    const other = before[i];
    return other?.length === direction.length && dot(direction, other) < 0 ? direction.map((value) => -value) : direction;
  }),
});

/** How far each row reaches along a direction. @param {Numbers} rows @param {number} columns @param {Float64Array} direction */
export function projection(rows, columns, direction) {
  const along = new Float64Array(rows.length / columns);
  for (let row = 0; row < along.length; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) sum += (rows[row * columns + column] ?? NaN) * direction[column];
    along[row] = sum;
  }
  return along;
}

/** @typedef {{ directions: Float64Array[], variances: number[], images: Float64Array[] }} Found */

/** The best directions within a subspace. @param {Float64Array} differences @param {number} columns @param {Float64Array[]} basis @returns {Found} */
function ritz(differences, columns, basis) {
  const images = imagesOf(differences, columns, basis);
  const within = basis.map((one) => images.map((image) => dot(one, image)));
  const { values, vectors } = eigen(within);
  const turn = (/** @type {Float64Array[]} */ old) => vectors.map((weights) => combined(old, weights));
  return { directions: turn(basis), variances: values, images: turn(images) };
}

/** @param {Found} found @param {number} wanted */
function isSettled({ directions, variances, images }, wanted) {
  const allowed = SETTLED * Math.max(variances[0], Number.MIN_VALUE);
  return directions.slice(0, wanted).every((direction, i) =>
    Math.sqrt(direction.reduce((sum, value, j) => sum + (images[i][j] - variances[i] * value) ** 2, 0)) <= allowed);
}

/** What the covariance, times the number of rows, makes of each direction. @param {Float64Array} differences @param {number} columns @param {Float64Array[]} directions */
function imagesOf(differences, columns, directions) {
  return directions.map((direction) => {
    const along = projection(differences, columns, direction);
    const image = new Float64Array(columns);
    for (let row = 0; row < along.length; row++) {
      for (let column = 0; column < columns; column++) image[column] += along[row] * differences[row * columns + column];
    }
    return image;
  });
}

/** @param {Float64Array} differences @param {number} columns @param {Float64Array[]} directions */
function sharesAlong(differences, columns, directions) {
  const all = dot(differences, differences);
  return directions.map((direction) => {
    const along = projection(differences, columns, direction);
    return all > 0 ? dot(along, along) / all : NaN;
  });
}

/**
 * So many directions at right angles from these in turn (Gram and Schmidt); one that adds nothing new is left out, or
 * its substitute is taken.
 * @param {Float64Array[]} vectors @param {number} count @param {Float64Array[]} [substitutes]
 */
function orthonormal(vectors, count, substitutes = []) {
  /** @type {Float64Array[]} */
  const found = [];
  for (let i = 0; i < vectors.length && found.length < count; i++) {
    const next = apart(vectors[i], found) ?? (substitutes[i] && apart(substitutes[i], found));
    if (next) found.push(next);
  }
  return found;
}

/** What is new in a vector, of length 1; null where there is nothing. @param {Float64Array} vector @param {Float64Array[]} others */
function apart(vector, others) {
  const rest = Float64Array.from(vector);
  // Twice: what rounding left of the others the first time is gone the second.
  for (const other of [...others, ...others]) {
    const share = dot(rest, other);
    for (let i = 0; i < rest.length; i++) rest[i] -= share * other[i];
  }
  const length = Math.sqrt(dot(rest, rest));
  return length > 1e-9 * Math.sqrt(dot(vector, vector)) ? rest.map((value) => value / length) : null;
}

/** Of a direction and its opposite, the one whose largest part is positive. @param {Float64Array} direction */
function upright(direction) {
  const largest = direction.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? direction.map((value) => -value) : direction;
}

/** @param {Float64Array[]} vectors @param {number[]} weights */
const combined = (vectors, weights) =>
  vectors[0].map((_, i) => weights.reduce((sum, weight, k) => sum + weight * vectors[k][i], 0));

/** Directions to begin with, in no special place. @param {number} columns */
const axesAlong = (columns) => Array.from({ length: Math.min(columns, 2 * SUBSPACE) }, (_, k) =>
  Float64Array.from({ length: columns }, (_, i) => Math.cos((Math.PI * (k + 0.5) * (i + 0.5)) / columns)));

/** @param {Float64Array} a @param {Float64Array} b */
function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
