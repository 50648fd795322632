/**
 * The page's spine: every tensor of a step as a node, in forward order. Steps light it up op by op; on the way back the
 * gradient flows along the same edges, as wide and as coloured as it is large.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Network, NormsView } from "../../types/wire"
 * @import { Decades } from "../../lib/flow/colors.js"
 * @import { Layout } from "../../lib/flow/layout.js"
 * @import { Checked } from "../../lib/verdict.js"
 * @import { Shown } from "./flow-drawing.js"
 *
 * @typedef {{ network: Network, layers: string, wide: boolean, layout: Layout, drawing: FlowDrawing, view: NormsView }} Flow
 */

import { selected } from "../../lib/card/selection.js";
import { element } from "../../lib/dom.js";
import { decadesOf, levelColors } from "../../lib/flow/colors.js";
import { groupsOf, openGroups } from "../../lib/flow/groups.js";
import { flowLayout } from "../../lib/flow/layout.js";
import { measuredOnLine, tensorsOf } from "../../lib/flow/measures.js";
import { currentOf, nodeFor } from "../../lib/flow/states.js";
import { isHidden } from "../../lib/laboratory/hunt.js";
import { errorMap } from "../../lib/laboratory/map.js";
import { effect, signal } from "../../lib/signals.js";
import { isHere } from "../../lib/verdict.js";
import { ReadableView } from "../../lib/view.js";
import { norms, readNorms } from "../../lib/views.js";
import { FlowDrawing } from "./flow-drawing.js";
import { FlowInput } from "./flow-input.js";
import { FlowLegend } from "./flow-legend.js";
import { FlowTip } from "./flow-tip.js";
import { FlowTools } from "./flow-tools.js";
import { FlowZoom } from "./flow-zoom.js";

/** From this width on there is room for numbers beside the nodes. */
const WIDE = 480;

export class FlowGraph extends ReadableView {
  #frame = element("div", { class: "frame" });
  #legend = new FlowLegend();
  #tip = new FlowTip();
  #onScreen = signal(false);
  #hasRoom = signal(false);
  /** What is drawn. @type {Flow | null} */
  #flow = null;
  /** @type {Decades | null} */
  #decades = null;
  /** @type {Shown | null} */
  #shown = null;
  /** The magnitudes that came last, and of which state they are. */
  #found = { version: -1, norms: /** @type {Map<string, number>} */ (new Map()) };
  #op = -1;
  /** The verification that was mapped last. @type {{ checked: Checked, isHunted: boolean, map: ReturnType<typeof errorMap> } | null} */
  #mapped = null;
  /** @type {FlowTools} */
  #tools = /** @type {any} */ (null);
  /** @type {FlowZoom} */
  #zoom = /** @type {any} */ (null);
  /** @type {FlowInput} */
  #input = /** @type {any} */ (null);

  /** @override @param {Store} store */
  build(store) {
    for (const [level, light] of levelColors("light").entries()) {
      this.style.setProperty(`--flow-${level}`, `light-dark(${light}, ${levelColors("dark")[level]})`);
    }
    this.#zoom = new FlowZoom(this.#frame, (choice) => store.actions.choose("flowzoom", choice));
    this.#tools = new FlowTools(store, this.#zoom);
    this.#input = new FlowInput(store, this.#frame, this.#zoom, (drawn) => this.#tell(drawn));
    this.append(this.#tools.root, element("figure", {}, this.#frame, this.#legend.root), this.#tip.root, this.#input.said);
    new ResizeObserver(([{ contentRect }]) => {
      this.#onScreen.value = contentRect.width > 0;
      this.#hasRoom.value = contentRect.width >= WIDE;
      this.#zoom.resize(contentRect);
    }).observe(this.#frame);
    effect(() => this.#zoom.set(store.choices.value.flowzoom));
    effect(() => {
      this.#draw(store);
      store.actions.show("flow-graph", this.#onScreen.value && this.#flow ? [this.#flow.view] : []);
    });
  }

  /** @override @param {Store} store */
  update(store) {
    const { frame, moment, op, choices, network, verification } = store;
    // Read here, so that it runs again for each of them.
    void [frame.value, moment.value, op.value, choices.value, network.value, verification.value];
    if (this.#onScreen.value) this.#paint(store);
  }

  /** Makes the drawing anew where there is another network, or other parts of it are open. @param {Store} store */
  #draw({ network: { value: network }, choices: { value: { layers } } }) {
    const wide = this.#hasRoom.value;
    const drawn = this.#flow;
    if (!network || (drawn?.network === network && drawn.layers === layers && drawn.wide === wide)) return;
    if (drawn?.network !== network) {
      this.#decades = null;
      this.#op = -1;
    }
    const layout = flowLayout(network, openGroups(layers, network));
    const drawing = new FlowDrawing(layout, wide);
    this.#flow = { network, layers, wide, layout, drawing, view: norms(tensorsOf(layout)) };
    this.#zoom.show(drawing.svg, drawing.size);
    this.#input.attach(drawing);
    this.#shown = null;
  }

  /** @param {Store} store */
  #paint(store) {
    this.#draw(store);
    const flow = this.#flow;
    if (!flow || flow.network !== store.network.peek()) return;
    const { drawing, layout } = flow;
    const shown = this.#shown = this.#read(store, flow);
    drawing.paint(shown);
    this.#legend.show(shown.decades, [...shown.norms.values()].filter((norm) => !Number.isFinite(norm)).length, shown.verified);
    const groups = groupsOf(flow.network).length;
    this.#tools.show({
      wide: store.choices.peek().flow === "wide", groups,
      open: layout.brackets.filter(({ open }) => open).length, node: shown.selected.node,
    });
    if (this.#input.pointed) this.#tell(this.#input.pointed);
    if (this.#op !== shown.op) this.#move(this.#op, shown);
    this.#op = shown.op;
  }

  /** @param {Store} store @param {Flow} flow @returns {Shown} */
  #read(store, { layout, network, view }) {
    const op = store.op.peek();
    const found = this.#magnitudes(store, view);
    const whole = op === store.position.peek()?.ops && found.size > 0;
    const onLine = measuredOnLine(layout).flatMap((name) => found.get(name) ?? []);
    this.#decades = decadesOf(this.#decades, onLine, whole);
    const { tensor, contribution } = selected(store);
    const edge = layout.edges.find(({ contributions }) => contribution !== "" && contributions.includes(contribution));
    return {
      op, norms: found, decades: this.#decades, backward: op > network.forward_ops, atRest: !store.streaming.peek(),
      current: currentOf(layout, store.moment.peek()),
      verified: this.#verified(store, network),
      selected: { node: nodeFor(layout.nodes, tensor), edge: edge ?? null },
    };
  }

  /** Where a frame is older than the wish, what came before of the same state. @param {Store} store @param {NormsView} view */
  #magnitudes({ frame }, view) {
    const version = frame.peek()?.info.version ?? -1;
    const found = readNorms(frame.peek(), view);
    if (found) this.#found = { version, norms: found };
    return this.#found.version === version ? this.#found.norms : new Map();
  }

  /** What verification says of the state on show. @param {Store} store @param {Network} network */
  #verified({ verification, info, running, training }, network) {
    const checked = verification.peek();
    const now = info.peek();
    if (!checked || !now || !isHere(checked, now) || running.peek()) return null;
    const isHunted = (training.peek()?.traps ?? []).some(({ name }) => isHidden(name));
    if (checked !== this.#mapped?.checked || isHunted !== this.#mapped.isHunted) {
      this.#mapped = { checked, isHunted, map: errorMap(network, checked.rows, !isHunted) };
    }
    return this.#mapped.map;
  }

  /** One op on, a light runs along what it did. @param {number} before @param {Shown} shown */
  #move(before, shown) {
    const { edge, node } = shown.current;
    // In the next frame the page is laid out; to ask for places now would have it laid out twice.
    requestAnimationFrame(() => this.#reveal(shown));
    if (shown.op !== before + 1) return;
    const { drawing, layout } = /** @type {Flow} */ (this.#flow);
    if (edge) drawing.pulse(edge, "up");
    const into = layout.edges.find(({ to, from }) => to === node && from.kind !== "given");
    if (into && node?.from === shown.op) drawing.pulse(into, "down");
  }

  /** Brings what the last op did into sight, unless the mouse is here: what it is on must stay there. @param {Shown} shown */
  #reveal({ current: { node: place } }) {
    if (this.#input.mouseInside || !place || !this.#flow) return;
    const { height } = this.#frame.getBoundingClientRect();
    const { layout } = this.#flow;
    const y = (place.y / layout.height) * this.#frame.scrollHeight;
    const { scrollTop } = this.#frame;
    if (y < scrollTop + 40 || y > scrollTop + height - 40) this.#frame.scrollTop = y - height / 2;
  }

  /** What the mouse or the focus is on. @param {Element | null} drawn  A node or an edge. */
  #tell(drawn) {
    const what = drawn && this.#flow?.drawing.whatIs(drawn);
    if (!drawn || !what || !this.#shown) return this.#tip.hide();
    const [place, all] = [drawn, this].map((each) => each.getBoundingClientRect());
    this.#tip.show(what, this.#shown, place, all);
  }
}

customElements.define("flow-graph", FlowGraph);
