/**
 * The flow as SVG. Built once for a layout; `paint` then changes only what is different.
 *
 * @import { Decades } from "../../lib/flow/colors.js"
 * @import { Mapped } from "../../lib/laboratory/map.js"
 * @import { Bracket, Layout, PlacedEdge, PlacedNode } from "../../lib/flow/layout.js"
 *
 * @typedef {object} Shown
 * @property {number} op
 * @property {boolean} backward  The step is in its backward pass.
 * @property {boolean} atRest  Numbers stay long enough to be read aloud.
 * @property {ReadonlyMap<string, number>} norms  Of what is known.
 * @property {Decades} decades
 * @property {{ node: PlacedNode | null, edge: PlacedEdge | null }} current
 * @property {ReadonlyMap<string, Mapped> | null} verified  Each gradient against autograd, where that is of this state.
 * @property {{ node: PlacedNode | null, edge: PlacedEdge | null }} selected
 *
 * @typedef {{ node: PlacedNode, mark: SVGGElement, note: SVGTextElement }} DrawnNode
 * @typedef {{ edge: PlacedEdge, line: SVGPathElement }} DrawnEdge
 */

import { drawing, setText } from "../../lib/dom.js";
import { levelOf, levelWidth } from "../../lib/flow/colors.js";
import { NAMES_END, ROW } from "../../lib/flow/layout.js";
import { bracketId } from "../../lib/flow/moves.js";
import { arrived, edgeState, nodeState } from "../../lib/flow/states.js";
import { number } from "../../lib/format.js";
import { percent, worstOf } from "../../lib/laboratory/map.js";
import { COLUMNS_WIDTH, FlowColumns, HEADINGS } from "./flow-columns.js";

/** Over the first row and under the last one. */
const MARGIN = 4;
const GROUP = { width: 20, height: 11 };

/** In two figures: what a note has room for. @param {number | undefined} norm */
const short = (norm) => (norm === undefined ? "" : number(norm, 2));

/** Written only where it is another one. @param {Element | null} drawn @param {string} name @param {string | null} value */
function set(drawn, name, value) {
  if (!drawn || drawn.getAttribute(name) === value) return;
  if (value === null) drawn.removeAttribute(name);
  else drawn.setAttribute(name, value);
}

export class FlowDrawing {
  /** @type {DrawnNode[]} */
  #nodes = [];
  /** @type {DrawnEdge[]} */
  #edges = [];
  /** @type {FlowColumns | null} */
  #columns;
  #currentEdge = drawing("path", { class: "halo current" });
  #selectedEdge = drawing("path", { class: "halo selected" });
  #pulse = drawing("path", { class: "pulse", pathLength: "100" });

  /** @param {Layout} layout @param {boolean} wide  With numbers beside the nodes. */
  constructor(layout, wide) {
    this.layout = layout;
    this.#columns = wide ? new FlowColumns(layout) : null;
    const lines = drawing("g", { class: "lines" });
    const hits = drawing("g", { class: "hits" });
    for (const edge of layout.edges) {
      const line = drawing("path", { d: edge.path, class: "line", "data-line": edge.id });
      this.#edges.push({ edge, line });
      lines.append(line);
      hits.append(drawing("path", { d: edge.path, class: "hit", "data-edge": edge.id }));
    }
    this.#nodes = layout.nodes.map((node) => drawNode(node));
    const top = MARGIN + (wide ? HEADINGS : 0);
    this.size = { width: layout.width + (wide ? COLUMNS_WIDTH : 0) + 2 * MARGIN, height: layout.height + top + MARGIN };
    this.svg = drawing("svg", {
      class: "flow", viewBox: `${-MARGIN} ${-top} ${this.size.width} ${this.size.height}`, role: "group",
      "aria-label": "Graph of the flow: arrow keys move along it, Enter selects, Shift and Enter go there",
    },
      ...layout.brackets.map(drawBracket), ...(this.#columns ? [this.#columns.root] : []),
      this.#selectedEdge, this.#currentEdge, lines, this.#pulse, hits, ...this.#nodes.map(({ mark }) => mark));
  }

  /** @param {Shown} shown */
  paint(shown) {
    for (const drawn of this.#edges) paintEdge(drawn, shown);
    for (const drawn of this.#nodes) this.#paintNode(drawn, shown);
    set(this.#currentEdge, "d", shown.current.edge?.path ?? "");
    set(this.#selectedEdge, "d", shown.selected.edge?.path ?? "");
  }

  /** @param {DrawnNode} drawn @param {Shown} shown */
  #paintNode({ node, mark, note }, shown) {
    const norm = shown.norms.get(node.tensor);
    set(mark, "data-state", norm !== undefined && !Number.isFinite(norm) ? "not-finite" : nodeState(node, shown.op));
    set(mark, "aria-current", node === shown.current.node ? "step" : null);
    set(mark, "aria-pressed", String(node === shown.selected.node));
    if (node.kind === "group") this.#paintGroup(mark, note, node, shown);
    else setText(note, summed(node, shown));
    paintVerdict(mark, note, shown.verified ? worstOf(shown.verified, node.covers) : undefined);
    set(mark, "aria-label", spoken(node, note.textContent, shown));
    this.#columns?.paint(node, shown);
  }

  /**
   * A closed group has the colour of what leaves it towards the beginning, and says how much that is of what came in.
   * @param {SVGGElement} mark @param {SVGTextElement} note @param {PlacedNode} node @param {Shown} shown
   */
  #paintGroup(mark, note, node, { norms, op, decades }) {
    const out = outOf(this.layout, node);
    const leaving = out && op >= out.gradientKnown ? norms.get(out.measure ?? "") : undefined;
    const coming = norms.get(node.gradient ?? "");
    const factor = coming && leaving !== undefined ? ` · ×${short(leaving / coming)}` : "";
    setText(note, leaving === undefined ? "" : `↑ ${short(leaving)}${factor}`);
    const level = leaving && Number.isFinite(leaving) ? levelOf(leaving, decades) : null;
    set(mark.querySelector(".dot"), "style", level === null ? null : `fill: var(--flow-${level})`);
  }

  /** A light that runs along an edge once. @param {PlacedEdge} edge @param {"up" | "down"} direction */
  pulse(edge, direction) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.#pulse.setAttribute("d", edge.path);
    const [above, below] = [{ strokeDashoffset: "14", opacity: 1 }, { strokeDashoffset: "-100", opacity: 1 }];
    this.#pulse.animate(direction === "down" ? [above, below] : [below, above], { duration: 450, easing: "ease-in-out" });
  }

  /**
   * What a node or an edge in the drawing stands for; with a closed group goes the edge on which the gradient leaves it.
   * @param {Element} drawn @returns {{ node?: PlacedNode, edge?: PlacedEdge, out?: PlacedEdge }}
   */
  whatIs(drawn) {
    const { nodes, edges } = this.layout;
    const node = nodes.find(({ id }) => id === drawn.getAttribute("data-node"));
    const edge = edges.find(({ id }) => id === drawn.getAttribute("data-edge"));
    return { node, edge, out: node?.kind === "group" ? outOf(this.layout, node) : undefined };
  }

  /** The one that the tab key reaches. @param {string} id */
  setTabStop(id) {
    for (const each of this.svg.querySelectorAll("[data-node], [data-bracket]")) {
      set(each, "tabindex", idOf(each) === id ? "0" : "-1");
    }
  }

  /** @param {string} id @returns {SVGGElement | null} */
  find(id) {
    const all = /** @type {NodeListOf<SVGGElement>} */ (this.svg.querySelectorAll("[data-node], [data-bracket]"));
    return [...all].find((each) => idOf(each) === id) ?? null;
  }
}

/** Where the gradient leaves a closed group. @param {Layout} layout @param {PlacedNode} node */
const outOf = ({ edges }, node) => edges.find(({ to, from }) => to === node && from.kind !== "given");

/** What a node or a bracket is called. @param {Element} drawn */
export function idOf(drawn) {
  const key = drawn.getAttribute("data-bracket");
  return key === null ? drawn.getAttribute("data-node") ?? "" : bracketId(key);
}

/** @param {DrawnEdge} drawn @param {Shown} shown */
function paintEdge({ edge, line }, { op, norms, decades }) {
  const state = edgeState(edge, op);
  const norm = state === "backward" && op >= edge.gradientKnown ? norms.get(edge.measure ?? "") : undefined;
  const finite = norm !== undefined && Number.isFinite(norm);
  const level = finite && norm > 0 ? levelOf(norm, decades) : null;
  set(line, "data-state", norm === undefined || finite ? (norm === 0 ? "zero" : state) : "not-finite");
  set(line, "data-level", level === null ? null : String(level));
  set(line, "style", level === null ? null : `stroke: var(--flow-${level}); stroke-width: ${levelWidth(level)}px`);
}

/**
 * A wrong gradient is tinted by how wrong it is; where the error enters it is outlined.
 * @param {SVGGElement} mark @param {SVGTextElement} note @param {Mapped | undefined} verified
 */
function paintVerdict(mark, note, verified) {
  const wrong = verified?.wrong ?? false;
  set(mark, "data-verdict", verified ? (wrong ? (verified.entries.length ? "entry" : "wrong") : "right") : null);
  set(mark.querySelector(".ground"), "style", wrong && verified ? `--error: ${errorShare(verified.error)}%` : null);
  if (wrong && verified) setText(note, `✕ ${percent(verified.error)}`);
}

/** From the smallest error that counts to one as large as the gradient itself, on a logarithmic scale. @param {number} error */
const errorShare = (error) => Math.round(25 + 15 * Math.max(0, Math.min(5, Math.log10(error) + 5)));

/** Where a sum stands. @param {PlacedNode} node @param {Shown} shown */
function summed(node, { op, backward, norms }) {
  if (node.parts.length < 2 || !backward) return "";
  const count = arrived(node, op);
  if (count < node.parts.length) return count ? `${count} of ${node.parts.length}` : "";
  return `Σ ${short(norms.get(node.gradient ?? ""))}`;
}

/** It begins with what is written at it. @param {PlacedNode} node @param {string | null} note @param {Shown} shown */
function spoken(node, note, { op, norms, current }) {
  const gradient = op >= node.gradientKnown ? norms.get(node.gradient ?? "") : undefined;
  return [
    note ? `${node.label} ${note}` : node.label, node.kind === "group" ? "closed" : node.shape.join(" by ") || "scalar",
    op >= node.known ? "" : "not known yet",
    gradient === undefined ? "" : `gradient ${number(gradient, 2)}`,
    node === current.node ? "last op" : "",
  ].filter(Boolean).join(", ");
}

/** @param {PlacedNode} node @returns {DrawnNode} */
function drawNode(node) {
  const { kind, x, y, lane } = node;
  const atLeft = kind !== "given" && lane === 0;
  const end = atLeft ? NAMES_END : x + (kind === "given" ? 8 : 14);
  const [from, anchor] = { group: [x + 18, "start"], given: [x + 73, "end"], tensor: [20, "start"] }[kind];
  const note = drawing("text", { class: "note", x: String(from), y: String(y + 4), "text-anchor": String(anchor) });
  const name = drawing("text", { class: "name", x: String(end), y: String(y + 4), "text-anchor": atLeft ? "end" : "start" });
  name.textContent = node.label;
  const height = kind === "given" ? 12 : ROW - 4;
  const hit = atLeft ? { x: "18", width: String(x - 6) } : { x: String(x - 8), width: String(kind === "given" ? 84 : 112) };
  const mark = drawing("g", { class: `node ${kind}`, "data-node": node.id, role: "button", tabindex: "-1" },
    drawing("rect", { class: "ground", ...hit, y: String(y - height / 2), height: String(height), rx: "5" }),
    ...symbol(node), name, new Text(" "), note);
  return { node, mark, note };
}

/** @param {PlacedNode} node @returns {SVGElement[]} */
function symbol({ kind, x, y, parts }) {
  if (kind === "group") {
    const { width, height } = GROUP;
    return [drawing("rect", {
      class: "dot", x: String(x - width / 2), y: String(y - height / 2), width: String(width), height: String(height), rx: "4",
    })];
  }
  const [cx, cy] = [String(x), String(y)];
  if (kind === "given") return [drawing("circle", { class: "dot", cx, cy, r: "3.5" })];
  if (parts.length < 2) return [drawing("circle", { class: "dot", cx, cy, r: "5" })];
  return [drawing("circle", { class: "dot", cx, cy, r: "7.5" }),
    drawing("path", { class: "plus", d: `M${x - 4} ${y}h8M${x} ${y - 4}v8` })];
}

/** What opens and closes a group, at its rows' left. @param {Bracket} bracket */
function drawBracket({ key, label, open, top, bottom }) {
  const middle = (top + bottom) / 2;
  const text = drawing("text", { x: "0", y: "0", transform: `translate(11 ${middle}) rotate(-90)`, "text-anchor": "middle" });
  text.textContent = open ? label : "";
  const arrow = drawing("text", { class: "arrow", x: "7", y: String(middle + 4), "text-anchor": "middle" });
  arrow.textContent = open ? "" : "▸";
  const title = drawing("title");
  title.textContent = open ? `Close ${label}: one node for all of it` : `Open ${label}`;
  return drawing("g", {
    class: "bracket", "data-bracket": key, role: "button", tabindex: "-1", "aria-expanded": String(open), "aria-label": label,
  }, drawing("rect", { class: "ground", x: "1", y: String(top + 2), width: "14", height: String(bottom - top - 4), rx: "4" }),
    text, arrow, title);
}
