import assert from "node:assert/strict";
import { test } from "node:test";

import { eigen } from "../../../../frontend/lib/learning/eigen.js";
import { alignedWith, centred, followed, principalComponents, projection, weighted } from "../../../../frontend/lib/learning/principal-components.js";

/** Numbers that are the same in every run. @param {number} seed */
function random(seed) {
  return () => {
    seed = (1664525 * seed + 1013904223) % 2 ** 32;
    return seed / 2 ** 32 - 0.5;
  };
}

/** @param {ArrayLike<number>} actual @param {ArrayLike<number>} expected @param {number} [within] */
function close(actual, expected, within = 1e-6) {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= within, `${i}: ${actual[i]} is not ${expected[i]}`);
  }
}

/** Less their mean, where all rows count the same. @param {ArrayLike<number>} values @param {number} columns */
const alike = (values, columns) => centred(values, columns, new Array(values.length / columns).fill(1));

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
const dot = (a, b) => Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);

/**
 * Rows with known components: so much variance along each of these directions, and a mean that must not count.
 * @param {number} columns @param {number[]} spreads @param {number} rows
 */
function known(columns, spreads, rows) {
  const next = random(7);
  /** @type {number[][]} */
  const directions = [];
  while (directions.length < spreads.length) {
    const direction = Array.from({ length: columns }, next);
    for (const other of [...directions, ...directions]) {
      const share = dot(direction, other);
      direction.forEach((_, i) => (direction[i] -= share * other[i]));
    }
    const length = Math.sqrt(dot(direction, direction));
    directions.push(direction.map((value) => value / length));
  }
  // Cosines of whole periods are at right angles over the rows, and sum to zero.
  const along = spreads.map((spread, k) =>
    Array.from({ length: rows }, (_, row) => spread * Math.cos((2 * Math.PI * (k + 1) * (row + 0.5)) / rows)));
  const values = Float64Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return 3 + column + spreads.reduce((sum, _, k) => sum + along[k][row] * directions[k][column], 0);
  });
  return { values, directions, along };
}

for (const [columns, rows] of [[2, 9], [10, 27], [30, 27], [64, 200], [128, 300]]) {
  test(`known components of ${rows} rows of ${columns} numbers are found, with their shares of the variance`, () => {
    const spreads = [5, 3, 1, 0.5].slice(0, columns);
    const { values, directions, along } = known(columns, spreads, rows);
    const all = spreads.reduce((sum, spread) => sum + spread ** 2, 0);
    const found = principalComponents(alike(values, columns), columns, 2);
    close(found.shares, [25 / all, 9 / all]);
    for (const k of [0, 1]) {
      const sign = Math.sign(dot(found.directions[k], directions[k]));
      close(found.directions[k], directions[k].map((value) => sign * value), 1e-5);
      close(projection(alike(values, columns), columns, found.directions[k]), along[k].map((value) => sign * value), 1e-4);
    }
  });
}

test("a row that counts three times is as good as three rows", () => {
  const { values } = known(10, [5, 3, 1], 40);
  const weights = Array.from({ length: 40 }, (_, row) => [1, 2, 3][row % 3]);
  const repeated = weights.flatMap((weight, row) => new Array(weight).fill([...values.slice(10 * row, 10 * row + 10)]).flat());
  const expected = principalComponents(alike(repeated, 10), 10, 2);
  const found = principalComponents(weighted(centred(values, 10, weights), 10, weights), 10, 2);
  close(found.shares, expected.shares);
  found.directions.forEach((direction, k) => close(direction, expected.directions[k], 1e-5));
  close(centred(values, 10, weights).slice(0, 10), alike(repeated, 10).slice(0, 10));
});

test("components of weighted rows are those that numpy finds", () => {
  // d = rows - w @ rows / w.sum(); _, s, v = np.linalg.svd(np.sqrt(w)[:, None] * d); v[:2], s**2 / (s**2).sum()
  const rows = [1, 2, 0, 4, 1, 3, 0, 5, 2, 2, 2, 7];
  const weights = [10, 1, 4, 2];
  const { directions, shares } = principalComponents(weighted(centred(rows, 3, weights), 3, weights), 3, 2);
  close(directions[0], [0.17300485, 0.03464879, 0.98431133]);
  close(directions[1], [-0.51179048, 0.85702755, 0.05978522]);
  close(shares, [0.677429, 0.30187039]);
});

test("of one column there is one component, which has all the variance", () => {
  const { directions, shares } = principalComponents(alike([1, 2, 6], 1), 1, 2);
  assert.equal(directions.length, 1);
  close(directions[0], [1]);
  close(shares, [1]);
  close(projection(alike([1, 2, 6], 1), 1, directions[0]), [-2, -1, 3]);
});

test("where nothing varies there is no share of the variance", () => {
  const { directions, shares } = principalComponents(alike(new Float64Array(30).fill(2), 3), 3, 2);
  assert.equal(directions.length, 2);
  assert.ok(shares.every(Number.isNaN));
});

test("two rows differ along one direction", () => {
  const { directions, shares } = principalComponents(alike([0, 0, 0, 2, 1, 2], 3), 3, 2);
  close(directions[0], [2 / 3, 1 / 3, 2 / 3]);
  close(shares, [1, 0]);
});

test("followed from far away, the directions come to be the components, and never jump", () => {
  const { values, directions } = known(10, [5, 3, 1], 40);
  const differences = alike(values, 10);
  /** @type {Float64Array[]} */
  let kept = [directions[1], directions[2]].map((direction, k) =>
    Float64Array.from(direction, (value, i) => value + 0.01 * directions[0][i] + 0.01 * directions[1 - k][i]));
  let shares = [0];
  for (let frame = 0; frame < 200; frame++) {
    const before = kept;
    ({ directions: kept, shares } = followed(differences, 10, kept));
    kept.forEach((direction, k) => assert.ok(dot(direction, before[k]) > 0.9, `frame ${frame} turns component ${k}`));
  }
  close([Math.abs(dot(kept[0], directions[0])), Math.abs(dot(kept[1], directions[1]))], [1, 1], 1e-4);
  close(shares, [25 / 35, 9 / 35], 1e-4);
});

test("components that are found anew keep the signs that they had", () => {
  const { values } = known(10, [5, 3, 1], 40);
  const found = principalComponents(alike(values, 10), 10, 2);
  const before = [found.directions[0].map((value) => -value), found.directions[1]];
  const { directions } = alignedWith(found, before);
  close(directions[0], before[0]);
  close(directions[1], before[1]);
  assert.equal(alignedWith(found, [Float64Array.of(1)]).directions[0], found.directions[0]);
});

test("eigenvalues and vectors of a symmetric matrix satisfy its equation", () => {
  const next = random(3);
  const half = Array.from({ length: 8 }, () => Array.from({ length: 8 }, next));
  const matrix = half.map((row, i) => row.map((value, j) => value + half[j][i]));
  const { values, vectors } = eigen(matrix);
  close([...values].sort((a, b) => b - a), values);
  vectors.forEach((vector, k) => {
    close(matrix.map((row) => dot(row, vector)), vector.map((value) => values[k] * value), 1e-12);
    vectors.forEach((other, l) => close([dot(vector, other)], [k === l ? 1 : 0], 1e-12));
  });
});
