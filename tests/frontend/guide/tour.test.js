import assert from "node:assert/strict";
import { test } from "node:test";

import { createTour } from "../../../frontend/guide/tour.js";
import { PLACES } from "../../../frontend/lib/guide/places.js";
import { placeBeside } from "../../../frontend/lib/guide/tour-place.js";
import { LAID_OUT, STOPS } from "../../../frontend/lib/guide/tour-stops.js";
import { DEFAULTS } from "../../../frontend/lib/page/choices.js";
import { arePanels } from "../../../frontend/lib/page/panels.js";
import { opened } from "../opened.js";

/** @param {Record<string, string>} kept  What this browser remembers. */
function toured(kept = {}, choices = {}) {
  const { store } = opened({ choices });
  const storage = {
    getItem: (/** @type {string} */ key) => kept[key] ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void (kept[key] = value),
  };
  return { tour: createTour({ store: /** @type {any} */ (store), storage }), store, kept };
}

for (const [i, { place, panels, title, text }] of STOPS.entries()) {
  test(`stop ${i + 1}, ${title}, is somewhere, is short, and shows panels that there are`, () => {
    assert.ok(place in PLACES);
    assert.ok(arePanels(panels));
    assert.ok(text.split(" ").length <= 45, "a stop is read in seconds");
  });
}

test("the tour is offered until it was finished or turned down, and then no more", () => {
  const { tour, kept } = toured();
  assert.ok(tour.offered.value);
  tour.decline();
  assert.ok(!tour.offered.value);
  assert.ok(!toured(kept).tour.offered.value);
});

test("it goes from stop to stop, back, and is over after the last", () => {
  const { tour, kept } = toured();
  tour.next();
  assert.equal(tour.stop.value, null, "next does nothing before it has begun");
  tour.start();
  tour.back();
  assert.equal(tour.stop.value, 0);
  for (const expected of STOPS.keys()) {
    assert.equal(tour.stop.value, expected);
    tour.next();
  }
  assert.equal(tour.stop.value, null);
  assert.ok(!toured(kept).tour.offered.value);
});

test("the page stands afterwards as it stood before, however the tour ended", () => {
  const before = { panels: "verification", flow: "off", lesson: "mine" };
  const { tour, store } = toured({}, before);
  tour.start();
  assert.deepEqual(store.choices.value, { ...DEFAULTS, ...LAID_OUT, panels: STOPS[0].panels });
  tour.next();
  tour.end();
  assert.deepEqual(store.choices.value, { ...DEFAULTS, ...before });
});

const SCREEN = { width: 1280, height: 720 };
const CARD = { width: 360, height: 180 };
/** @type {Record<string, { left: number, top: number, width: number, height: number }>} */
const LIT = {
  "the bar on top": { left: 0, top: 0, width: 1280, height: 90 },
  "the column at the left": { left: 0, top: 160, width: 300, height: 560 },
  "the column at the right": { left: 960, top: 0, width: 320, height: 720 },
  "a line at the bottom": { left: 0, top: 690, width: 1280, height: 30 },
  "a button in the corner": { left: 1240, top: 4, width: 36, height: 32 },
};

for (const [what, lit] of Object.entries(LIT)) {
  test(`beside ${what} the card is on the screen and covers nothing of it`, () => {
    const { left, top } = placeBeside(lit, CARD, SCREEN);
    assert.ok(left >= 0 && top >= 0 && left + CARD.width <= SCREEN.width && top + CARD.height <= SCREEN.height);
    const apart = left >= lit.left + lit.width || left + CARD.width <= lit.left
      || top >= lit.top + lit.height || top + CARD.height <= lit.top;
    assert.ok(apart);
  });
}

test("over what fills the screen the card stands low, and on the screen", () => {
  const { left, top } = placeBeside({ left: 0, top: 0, ...SCREEN }, CARD, SCREEN);
  assert.deepEqual([left, top], [460, 528]);
});
