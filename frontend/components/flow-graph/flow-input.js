/**
 * What the mouse and the keyboard do in the flow. It is one stop of the tab key; arrows move along it from there.
 *
 * @import { Store } from "../../store/store.js"
 * @import { FlowKey } from "../../lib/flow/keys.js"
 * @import { FlowDrawing } from "./flow-drawing.js"
 * @import { FlowZoom } from "./flow-zoom.js"
 */

import { element, setText } from "../../lib/dom.js";
import { toggleGroup } from "../../lib/flow/groups.js";
import { flowKey } from "../../lib/flow/keys.js";
import { moved } from "../../lib/flow/moves.js";
import { ZOOM } from "../../lib/flow/scale.js";
import { idOf } from "./flow-drawing.js";

/** @param {EventTarget | null} target @param {string} selector */
const closest = (target, selector) => (target instanceof Element ? target.closest(selector) : null);

export class FlowInput {
  /** What the mouse or the focus is on. @type {Element | null} */
  pointed = null;
  mouseInside = false;
  said = element("p", { class: "unseen", role: "status" });
  #tabStop = "";
  /** @type {FlowDrawing | null} */
  #drawing = null;
  /** @type {Record<Exclude<FlowKey["action"], "move">, (target: EventTarget | null) => void>} */
  #does = {
    choose: (target) => this.#press(target, false),
    go: (target) => this.#press(target, true),
    larger: () => this.#zoom.by(ZOOM.step),
    smaller: () => this.#zoom.by(1 / ZOOM.step),
    fit: () => this.#store.actions.choose("flowzoom", "fit"),
  };
  #store;
  #frame;
  #zoom;
  #tell;

  /**
   * @param {Store} store @param {HTMLElement} frame  It holds the drawing. @param {FlowZoom} zoom
   * @param {(drawn: Element | null) => void} tell  Of what is pointed at.
   */
  constructor(store, frame, zoom, tell) {
    this.#store = store;
    this.#frame = frame;
    this.#zoom = zoom;
    this.#tell = tell;
    this.#listen();
  }

  /** Another drawing stands in place of the one before. @param {FlowDrawing} drawing */
  attach(drawing) {
    const focused = this.#frame.contains(document.activeElement);
    this.#drawing = drawing;
    this.#frame.replaceChildren(drawing.svg);
    this.#point(null);
    this.#stopAt(drawing.find(this.#tabStop) ? this.#tabStop : drawing.layout.nodes[0].id);
    if (focused) drawing.find(this.#tabStop)?.focus();
  }

  #listen() {
    const listen = this.#frame.addEventListener.bind(this.#frame);
    listen("pointerover", ({ target }) => this.#point(closest(target, "[data-node], [data-edge]")));
    listen("pointerenter", () => (this.mouseInside = true));
    listen("pointerleave", () => {
      this.mouseInside = false;
      this.#point(null);
    });
    listen("focusin", ({ target }) => this.#focused(closest(target, "[data-node], [data-bracket]")));
    listen("focusout", () => this.#point(null));
    listen("scroll", () => this.#point(null));
    listen("mousedown", (event) => {
      // Keys go on to mean what they do on the page: only who comes here with the keyboard moves along the graph.
      event.preventDefault();
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    });
    listen("click", ({ target, ctrlKey, metaKey }) => this.#press(target, ctrlKey || metaKey));
    listen("dblclick", ({ target }) => this.#open(target));
    listen("keydown", (event) => this.#key(event));
  }

  /** @param {Element | null} drawn */
  #point(drawn) {
    if (drawn === this.pointed) return;
    this.pointed = drawn;
    this.#tell(drawn);
  }

  /** @param {Element | null} drawn */
  #focused(drawn) {
    if (!drawn) return;
    this.#stopAt(idOf(drawn));
    if (drawn.matches("[data-node]:focus-visible")) this.#point(drawn);
  }

  /** @param {string} id */
  #stopAt(id) {
    this.#tabStop = id;
    this.#drawing?.setTabStop(id);
  }

  /** @param {EventTarget | null} target @param {boolean} go  To where it is computed. */
  #press(target, go) {
    const { actions } = this.#store;
    const pressed = closest(target, "[data-node], [data-edge], [data-bracket]");
    if (!pressed || !this.#drawing) return;
    this.#point(null);
    const key = pressed.getAttribute("data-bracket");
    if (key !== null) return this.#toggle(key);
    const { node, edge } = this.#drawing.whatIs(pressed);
    const contribution = edge?.contributions.length === 1 ? edge.contributions[0] : "";
    actions.inspect(node?.tensor ?? edge?.tensor ?? "", contribution);
    setText(this.said, `Selected: ${node?.tensor ?? edge?.measure ?? edge?.tensor}`);
    // What is given is always known; its gradient is not.
    const op = node?.known || node?.gradientKnown || edge?.gradientKnown || Infinity;
    if (go && op < Infinity) actions.goTo(op);
  }

  /** Opens a closed part that is pressed twice. @param {EventTarget | null} target */
  #open(target) {
    const group = closest(target, ".group");
    const key = group && this.#drawing?.whatIs(group).node?.group;
    if (key) this.#toggle(key);
  }

  /** @param {string} key  Of a group. */
  #toggle(key) {
    const { actions, choices, network } = this.#store;
    const drawn = network.peek();
    if (drawn) actions.choose("layers", toggleGroup(choices.peek().layers, key, drawn));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    const meant = flowKey(event);
    if (ctrlKey || metaKey || altKey || !this.#drawing || !meant) return;
    event.preventDefault();
    event.stopPropagation();
    if (meant.action !== "move") return this.#does[meant.action](target);
    const next = moved(this.#drawing.layout, this.#tabStop, key);
    if (next !== null) this.#drawing.find(next)?.focus();
  }
}
