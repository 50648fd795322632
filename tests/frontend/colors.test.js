import assert from "node:assert/strict";
import test from "node:test";

import { brightness, lookupTable, palettes, withOpacity } from "../../frontend/lib/colors.js";

/** @param {number} pixel */
const hex = (pixel) => `#${[pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255].map(two).join("")}`;
const two = (/** @type {number} */ channel) => channel.toString(16).padStart(2, "0");

for (const [theme, palette] of Object.entries(palettes)) {
  for (const name of /** @type {const} */ (["diverging", "pushes", "sequential"])) {
    const scale = palette[name];
    test(`the ${theme} ${name} scale is one that Plotly takes`, () => {
      assert.equal(scale[0][0], 0);
      assert.equal(scale.at(-1)?.[0], 1);
      for (const [, color] of scale) assert.match(color, /^#[0-9a-f]{6}$/);
    });

    test(`the table of the ${theme} ${name} scale has the scale's own colours at its stops`, () => {
      const table = lookupTable(scale, 1001);
      for (const [position, color] of scale) assert.equal(hex(table[Math.round(position * 1000)]), color);
    });

    test(`every pixel of the ${theme} ${name} table is opaque`, () => {
      for (const pixel of lookupTable(scale)) assert.equal(pixel >>> 24, 255);
    });
  }

  test(`zero recedes in the ${theme} theme, and both signs stand out from it`, () => {
    const background = theme === "dark" ? 0.1 : 1;
    const distances = palette.diverging.map(([, color]) => Math.abs(brightness(color) - background));
    assert.equal(Math.min(...distances), distances[5]);
    assert.ok(distances[0] > 0.5 && distances[10] > 0.5);
  });

  test(`what pushes a little has more of a colour in the ${theme} theme, and zero and the limits keep theirs`, () => {
    const { diverging, pushes } = palette;
    assert.deepEqual(pushes.map(([, color]) => color), diverging.map(([, color]) => color));
    assert.deepEqual([0, 5, 10].map((stop) => pushes[stop][0]), [0, 0.5, 1]);
    // The first colour beside zero's stands at 4 % of the limit, where it stood at 20 %.
    assert.ok(Math.abs(pushes[6][0] - 0.52) < 1e-9 && Math.abs(pushes[4][0] - 0.48) < 1e-9);
  });

  test(`the ${theme} series have colours of their own`, () => {
    assert.equal(new Set(palette.series).size, palette.series.length);
  });
}

test("a table is linear between two stops", () => {
  const table = lookupTable(
    [
      [0, "#000000"],
      [1, "#ff6400"],
    ],
    3,
  );
  assert.deepEqual([...table].map(hex), ["#000000", "#803200", "#ff6400"]);
});

test("opacity turns a colour into what both painters read", () => {
  assert.equal(withOpacity("#ff8000", 0.5), "rgba(255, 128, 0, 0.5)");
});

/** Linear light. @param {number} channel  0 … 255 */
const linear = (channel) => (channel / 255 <= 0.04045 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4);

/** @param {number[][]} matrix @param {number[]} vector */
const times = (matrix, vector) => matrix.map((row) => row.reduce((sum, factor, i) => sum + factor * vector[i], 0));

/** From linear light to XYZ, over the white of D65. */
const XYZ = [
  [0.4339499, 0.3762098, 0.1898402],
  [0.2126729, 0.7151522, 0.072175],
  [0.0177565, 0.1094685, 0.872775],
];

/** How eyes see that lack a kind of cone, in linear light: Machado, Oliveira and Fernandes (2009), severity 1. */
const EYES = {
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopic: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopic: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
};

/** CIE L*a*b*. @param {string} color @param {number[][]} [eyes] */
function lab(color, eyes = EYES.usual) {
  const light = [1, 3, 5].map((start) => linear(Number.parseInt(color.slice(start, start + 2), 16)));
  const seen = times(eyes, light).map((channel) => Math.min(1, Math.max(0, channel)));
  const [x, y, z] = times(XYZ, seen).map((t) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** @param {number[]} one @param {number[]} other */
const distance = (one, other) => Math.hypot(...one.map((part, i) => part - other[i]));

/** @param {import("../../frontend/types/plotly").ColorScale} scale */
const colorsOf = (scale) => scale.map(([, color]) => color);

test("lightness is measured as CIE has it", () => {
  assert.ok(distance(lab("#ffffff"), [100, 0, 0]) < 0.02);
  assert.ok(distance(lab("#ff0000"), [53.24, 80.09, 67.2]) < 0.05);
});

for (const [theme, { diverging, sequential, notFinite }] of Object.entries(palettes)) {
  for (const [name, half] of [
    ["blue half", colorsOf(diverging).slice(0, 6).reverse()],
    ["red half", colorsOf(diverging).slice(5)],
    ["sequential scale", colorsOf(sequential)],
  ]) {
    test(`from step to step the lightness of the ${theme} ${name} changes by the same amount`, () => {
      const lightness = /** @type {string[]} */ (half).map((color) => lab(color)[0]);
      const steps = lightness.slice(1).map((value, i) => Math.abs(value - lightness[i]));
      const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
      assert.ok(mean > 10, `${mean}`);
      for (const step of steps) assert.ok(Math.abs(step - mean) < 0.06 * mean, `${steps}`);
    });
  }

  test(`the ${theme} halves are as light as each other at the same distance from zero`, () => {
    for (let i = 0; i < 5; i++) {
      const [low, high] = [diverging[i][1], diverging[10 - i][1]].map((color) => lab(color)[0]);
      assert.ok(Math.abs(low - high) < 1, `${low} ${high}`);
    }
  });

  for (const [eyes, matrix] of Object.entries(EYES)) {
    const see = (/** @type {string} */ color) => lab(color, matrix);

    test(`${eyes} eyes tell the signs of the ${theme} scale apart, and each step from the next`, () => {
      const seen = colorsOf(diverging).map(see);
      for (let i = 0; i < 5; i++) assert.ok(distance(seen[i], seen[10 - i]) > 24, `${i}`);
      for (let i = 1; i < seen.length; i++) assert.ok(distance(seen[i], seen[i - 1]) > 12, `${i}`);
    });

    test(`${eyes} eyes tell NaN and both infinities of the ${theme} theme from each other and from all values`, () => {
      const special = [0, 2, 4].map((stop) => see(notFinite[stop][1]));
      const values = [diverging, sequential].flatMap((scale) => [...lookupTable(scale, 65)]).map((pixel) => see(hex(pixel)));
      for (const [i, one] of special.entries()) {
        for (const value of values) assert.ok(distance(one, value) > 12, `${i}`);
        for (const other of special.slice(i + 1)) assert.ok(distance(one, other) > 40, `${i}`);
      }
    });
  }
}
