import assert from "node:assert/strict";
import { test } from "node:test";

import { openGroups } from "../../../../frontend/lib/flow/groups.js";
import { flowLayout, ROW } from "../../../../frontend/lib/flow/layout.js";
import { measuredOnLine, tensorsOf } from "../../../../frontend/lib/flow/measures.js";
import { networkOf } from "../../networks.js";

/** @import { Network } from "../../../../frontend/types/wire" */

/** @type {Record<string, Network>} */
const NETWORKS = {
  "one layer": networkOf(),
  "one layer, fused": networkOf({ fused: true }),
  "three layers without batch norm": networkOf({ layers: 3, norm: false }),
  "eight layers": networkOf({ layers: 8 }),
  "sixteen layers": networkOf({ layers: 16 }),
  "sixteen layers, fused": networkOf({ layers: 16, fused: true }),
};
const CHOICES = ["auto", "all", "none", "1", "1,3,loss"];

/** @param {Network} network @param {string} [choice] */
const layoutOf = (network, choice = "all") => flowLayout(network, openGroups(choice, network));

/** @param {string} path  All of its numbers in pairs, verticals with the place before them. */
function points(path) {
  let x = 0;
  return [...path.matchAll(/([MVC])([^MVC]*)/g)].flatMap(([, command, text]) => {
    const numbers = text.trim().split(" ").map(Number);
    if (command === "V") return [[x, numbers[0]]];
    x = numbers[numbers.length - 2];
    return [[x, numbers[numbers.length - 1]]];
  });
}

for (const [name, network] of Object.entries(NETWORKS)) {
  for (const choice of CHOICES) {
    const layout = layoutOf(network, choice);
    const flow = layout.nodes.filter(({ kind }) => kind !== "given");

    test(`${name}, ${choice} open: each tensor is drawn once, or is in one closed part`, () => {
      const covered = flow.flatMap(({ covers }) => covers).filter((tensor) => network.calls.some(({ output }) => output === tensor));
      assert.deepEqual(covered.sort(), network.calls.map(({ output }) => output).sort());
    });

    test(`${name}, ${choice} open: forward goes down, a row for each node, none upon another`, () => {
      assert.deepEqual(flow.map(({ row }) => row), flow.map((_, row) => row));
      assert.ok(layout.edges.filter(({ from }) => from.kind !== "given").every(({ from, to }) => from.y < to.y));
      const places = layout.nodes.map(({ x, y }) => `${x} ${y}`);
      assert.equal(new Set(places).size, places.length);
      assert.ok(layout.nodes.every(({ x, y }) => x > 0 && x < layout.width && y > 0 && y < layout.height));
    });

    test(`${name}, ${choice} open: an edge begins and ends at its nodes and runs through no other`, () => {
      for (const { from, to, path } of layout.edges) {
        const way = points(path);
        assert.deepEqual([way[0], way[way.length - 1]], [[from.x, from.y], [to.x, to.y]]);
        for (let i = 1; i < way.length; i++) {
          const [[x, top], [endX, bottom]] = [way[i - 1], way[i]];
          const crossed = flow.filter((node) => x === endX && node.x === x && node.y > top && node.y < bottom);
          assert.deepEqual(crossed.map(({ id }) => id), [], `${from.id} → ${to.id}`);
        }
      }
    });

    test(`${name}, ${choice} open: what flows between two nodes flows back along their edge`, () => {
      const drawn = layout.edges.flatMap(({ contributions }) => contributions);
      assert.equal(new Set(drawn).size, drawn.length);
      if (choice === "all") {
        const all = network.gradients.flatMap(({ contributions }) => contributions.map((part) => part.name));
        assert.deepEqual(drawn.sort(), all.sort());
      }
    });
  }
}

test("branches leave the line and come back where they meet it", () => {
  const { nodes } = layoutOf(NETWORKS["one layer"]);
  const beside = nodes.filter(({ kind, lane }) => kind !== "given" && lane > 0).map(({ id }) => id);
  assert.deepEqual(beside, ["bnmeani", "bndiff2", "bnvar", "bnvar_inv", "logit_maxes", "counts_sum", "counts_sum_inv"]);
});

test("parameters and the minibatch enter from the side, in the row of the op that takes them", () => {
  const { nodes, edges } = layoutOf(NETWORKS["one layer"]);
  const given = nodes.filter(({ kind }) => kind === "given");
  assert.deepEqual(given.map(({ tensor }) => tensor), ["C", "Xb", "W1", "b1", "bngain", "bnbias", "W2", "b2", "Yb"]);
  for (const node of given) {
    const [edge] = edges.filter(({ from }) => from === node);
    assert.ok(Math.abs(edge.to.y - node.y) < ROW / 2 && node.x > edge.to.x, node.tensor);
  }
});

test("one layer fits a screen of 550 pixels, tools and legend beside it, without being made smaller", () => {
  assert.ok(layoutOf(NETWORKS["one layer"], "auto").height <= 480);
});

test("eight and sixteen layers fit a screen once they are closed, which they are where nobody chose", () => {
  for (const name of ["eight layers", "sixteen layers", "sixteen layers, fused"]) {
    assert.ok(layoutOf(NETWORKS[name], "auto").height <= 22 * ROW, name);
  }
});

test("between closed layers flows what leaves the later one", () => {
  const { edges } = layoutOf(NETWORKS["eight layers"], "none");
  const [edge] = edges.filter(({ from, to }) => from.id === "group 3" && to.id === "group 4");
  assert.deepEqual([edge.tensor, edge.measure], ["h_3", "dh_3.hprebn_4"]);
});

test("two ways into a closed part are one edge, of which the gradient's sum is the measure", () => {
  const { edges } = layoutOf(NETWORKS["one layer"], "1");
  const [edge] = edges.filter(({ to }) => to.id === "group loss");
  assert.deepEqual([edge.contributions.sort(), edge.measure],
    [["dlogits.logit_maxes", "dlogits.norm_logits"], "dlogits"]);
  assert.ok(edge.gradientFrom < edge.gradientKnown);
});

test("the stream is asked for no more than it gives, and for all gradients on edges first", () => {
  for (const network of Object.values(NETWORKS)) {
    const layout = layoutOf(network);
    const asked = tensorsOf(layout);
    assert.ok(asked.length <= 512);
    assert.equal(new Set(asked).size, asked.length);
    assert.ok(layout.edges.every(({ measure }) => measure === null || asked.includes(measure)));
  }
});

test("the scale is made for the line: gradients that are zero but for rounding stretch it not", () => {
  const names = measuredOnLine(layoutOf(NETWORKS["one layer"]));
  assert.ok(names.includes("dlogits.norm_logits") && names.includes("demb.embcat"));
  assert.ok(!names.includes("dlogits.logit_maxes") && !names.includes("db1.hprebn"));
});
