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
