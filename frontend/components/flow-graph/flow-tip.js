/**
 * What is told of the node or edge that the mouse or the focus is on.
 *
 * @import { PlacedEdge, PlacedNode } from "../../lib/flow/layout.js"
 * @import { Shown } from "./flow-drawing.js"
 */

import { element } from "../../lib/dom.js";
import { arrived } from "../../lib/flow/states.js";
import { number, shape } from "../../lib/format.js";
import { percent, worstOf } from "../../lib/laboratory/map.js";

/** @typedef {[what: string, value: string][]} Rows */

/** @param {number | undefined} norm @param {number} known  From which op on. @param {number} op */
function size(norm, known, op) {
  if (op < known) return known === Infinity ? "has no gradient" : `known from op ${known} on`;
  if (norm === undefined) return "…";
  if (norm === 0) return "0, exactly";
  return Number.isFinite(norm) ? number(norm, 3) : "not finite: NaN or ∞";
}

/** @param {PlacedNode} node @param {Shown} shown @param {PlacedEdge | undefined} out @returns {Rows} */
function ofNode(node, { norms, op, verified }, out) {
  /** @type {Rows} */
  const rows = [];
  if (node.shape.length || node.kind !== "given") rows.push(["shape", shape(node.shape)]);
  if (node.code && node.kind === "tensor") rows.push([`op ${node.known}`, node.code]);
  rows.push([`RMS of ${node.tensor}`, size(norms.get(node.tensor), node.known, op)]);
  if (node.gradient) rows.push([`RMS of ${node.gradient}`, size(norms.get(node.gradient), node.gradientKnown, op)]);
  const verdict = verified ? worstOf(verified, node.covers) : undefined;
  if (verdict) {
    const entry = verdict.entries.length ? `; an error enters here, by ${verdict.entries.join(" or ")}` : "";
    rows.push(["against autograd", verdict.wrong ? `wrong: off by ${percent(verdict.error)} of its largest cell${entry}` : "right"]);
  }
  if (node.parts.length > 1) rows.push(["sum of", `${node.parts.length} paths, ${arrived(node, op)} arrived`]);
  if (out?.measure) rows.push([`RMS of ${out.measure}`, size(norms.get(out.measure), out.gradientKnown, op)]);
  return rows;
}

/** @param {PlacedEdge} edge @param {Shown} shown @returns {Rows} */
function ofEdge({ from, to, measure, gradientKnown }, { norms, op }) {
  const rows = /** @type {Rows} */ ([["forward", `${from.label} → ${to.label}`]]);
  rows.push(measure ? [`RMS of ${measure}`, size(norms.get(measure), gradientKnown, op)] : ["backward", "no gradient: these are indices"]);
  return rows;
}

const CHOOSE = "click or ↵: its card · with ctrl, or shift ↵: go to its op";
/** At most, so that it need not be measured. */
const WIDTH = 430;
const HEIGHT = 170;

export class FlowTip {
  root = element("div", { class: "tip", role: "tooltip", hidden: true });

  /**
   * Beside the flow, so that it covers nothing of it, at the height of what it is about.
   * @param {{ node?: PlacedNode, edge?: PlacedEdge, out?: PlacedEdge }} what @param {Shown} shown
   * @param {DOMRect} place  Of what it is about, on the screen. @param {DOMRect} flow  Of all of it.
   */
  show({ node, edge, out }, shown, place, flow) {
    const rows = node ? ofNode(node, shown, out) : edge ? ofEdge(edge, shown) : [];
    const title = node?.label ?? edge?.measure ?? edge?.tensor ?? "";
    this.root.replaceChildren(element("strong", {}, title), element("dl", {}, ...rows.flatMap(([what, value]) =>
      [element("dt", {}, what), element("dd", {}, value)])),
      element("small", {}, `${CHOOSE}${node?.kind === "group" ? " · click twice: open it" : ""}`));
    const beside = flow.right + WIDTH < innerWidth;
    this.root.style.left = `${beside ? flow.right + 4 : Math.max(8, innerWidth - WIDTH)}px`;
    this.root.style.top = `${Math.min(place.top - 8, innerHeight - HEIGHT)}px`;
    this.root.hidden = false;
  }

  hide() {
    this.root.hidden = true;
  }
}
