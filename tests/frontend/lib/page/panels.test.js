import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { arePanels, openPanels, PANELS, togglePanel, viewOf, VIEWS, withPanel } from "../../../../frontend/lib/page/panels.js";

const page = readFileSync(new URL("../../../../frontend/index.html", import.meta.url), "utf8");

for (const { name, element } of PANELS) {
  test(`the panel ${name} stands on the page, has its files, and belongs to a view`, () => {
    assert.ok(page.includes(`<${element}></${element}>`));
    for (const suffix of ["js", "css"]) {
      assert.ok(existsSync(new URL(`../../../../frontend/components/${element}/${element}.${suffix}`, import.meta.url)));
    }
    assert.ok(page.includes(`/components/${element}/${element}.css`));
    assert.ok(VIEWS.some(({ panels }) => panels.includes(name)));
  });
}

for (const { name, panels } of VIEWS) {
  test(`the view ${name} consists of panels that there are, and is known by them`, () => {
    assert.ok(arePanels(panels.join()));
    assert.equal(viewOf(panels.toReversed().join())?.name, name);
  });
}

test("a list with a panel that there is not names no panels", () => {
  assert.ok(!arePanels("forces,foo"));
  assert.ok(!arePanels(""));
});

test("open panels stand in the page's order, however they were asked for", () => {
  const names = openPanels("norm,forces").map(({ name }) => name);
  assert.deepEqual(names, PANELS.map(({ name }) => name).filter((name) => names.includes(name)));
  assert.deepEqual(names.sort(), ["forces", "norm"]);
});

test("a panel is opened and closed again, and the last one stays open", () => {
  assert.equal(togglePanel("forces", "card"), "forces,card");
  assert.equal(togglePanel("forces,card", "card"), "forces");
  assert.equal(togglePanel("forces", "forces"), "forces");
});

test("a tensor's card takes a view's place, and stands beside panels that somebody has put together", () => {
  for (const { panels } of VIEWS) assert.equal(withPanel(panels.join(), "card"), "card");
  assert.equal(withPanel("loss,health", "card"), "loss,card,health");
  assert.equal(withPanel("card,loss", "card"), "card,loss");
});
