/** @import { MakeFigure, Theme } from "../../types/plotly" */

import { loadPlotly } from "../../lib/plotly.js";
import { Stage } from "./stage.js";
import { readTheme } from "./theme.js";
import { turns } from "./turns.js";

/** After so many milliseconds without a draw the data is taken to rest. */
const REST_AFTER = 100;
/** … and after so many while it is said to stream: a hiccup must not set all plots drawing at once, and make it worse. */
const REST_AFTER_STREAMING = 1000;

/**
 * `<live-plot>`: one figure, two painters. While data moves, a canvas inside Plotly's plot area paints it, many times
 * faster than Plotly can; once it rests the true Plotly figure takes over, with hover texts, selection and export. The
 * attribute `state` says which of the two is on show: "live" or "rest".
 */
export class LivePlot extends HTMLElement {
  /** @type {Stage | null} */
  #stage = null;
  /** @type {MakeFigure | null} */
  #make = null;
  /** @type {Theme | null} */
  #theme = null;
  #size = { width: 0, height: 0 };
  #onScreen = false;
  #settling = false;
  #restTimer = 0;
  #streaming = false;

  #sizes = new ResizeObserver(([{ contentRect }]) => {
    this.#size = { width: Math.floor(contentRect.width), height: Math.floor(contentRect.height) };
    this.#redraw();
  });
  #sight = new IntersectionObserver((entries) => {
    this.#onScreen = entries[entries.length - 1].isIntersecting;
    if (this.#onScreen) turns.requestPaint(this);
  });

  connectedCallback() {
    this.role = "img";
    this.#sizes.observe(this);
    this.#sight.observe(this);
    loadPlotly().then(
      (plotly) => {
        if (!this.isConnected || this.#stage) return;
        this.#stage = new Stage(this, plotly, {
          moved: () => turns.requestPaint(this),
          zoomed: () => this.#redraw(),
          download: () => this.#download(),
        });
        this.#redraw();
      },
      (error) => (this.textContent = error.message),
    );
  }

  disconnectedCallback() {
    clearTimeout(this.#restTimer);
    turns.leave(this);
    this.#sizes.disconnect();
    this.#sight.disconnect();
    this.#stage?.remove();
    this.#stage = null;
  }

  get onScreen() {
    return this.#onScreen;
  }

  /** Whether more data is about to come; once it is not, the true figure is due. @param {boolean} streaming */
  set streaming(streaming) {
    if (this.#streaming && !streaming) this.settle();
    this.#streaming = streaming;
  }

  get #atRest() {
    return this.getAttribute("state") === "rest";
  }

  /**
   * Shows what `make` makes, in the next frame; of several calls the last one counts.
   *
   * @param {MakeFigure} make  pure: it is called again when the data rests, on a resize and for another theme
   */
  draw(make) {
    this.#make = make;
    this.#settling = false;
    this.setAttribute("state", "live");
    clearTimeout(this.#restTimer);
    this.#restTimer = window.setTimeout(() => this.settle(), this.#streaming ? REST_AFTER_STREAMING : REST_AFTER);
    turns.requestPaint(this);
  }

  /** Lets the true figure take over as soon as it is this plot's turn. */
  settle() {
    clearTimeout(this.#restTimer);
    if (!this.#make || this.#atRest) return;
    this.#settling = true;
    turns.requestTurn(this);
  }

  /** Draws anew in the colours that are in force now. */
  refresh() {
    this.#theme = null;
    this.#redraw();
  }

  /** One frame of the canvas. */
  paint() {
    if (!this.#make || !this.#stage || !this.#onScreen || this.#atRest) return;
    const figure = this.#make(false, this.#themeNow());
    if (!this.#stage.shows(figure, this.#size)) turns.requestTurn(this);
    this.#stage.paint(figure);
  }

  /** One call of Plotly. */
  takeTurn() {
    if (!this.#make || !this.#stage || this.#size.width === 0 || this.#size.height === 0) return;
    // A redraw would pull the axes from under the user's hand.
    if (this.#stage.isDragging) turns.requestTurn(this);
    else if (this.#settling || this.#atRest) this.#drawFigure(this.#stage, this.#make);
    else this.#drawShell(this.#stage, this.#make);
  }

  /** @param {Stage} stage @param {MakeFigure} make */
  async #drawFigure(stage, make) {
    const figure = make(true, this.#themeNow());
    await stage.drawFigure(figure, this.#size);
    this.ariaLabel = figure.layout.meta.summary;
    // New data may have come while Plotly drew.
    if (this.#make === make && this.#settling) this.setAttribute("state", "rest");
  }

  /** @param {Stage} stage @param {MakeFigure} make */
  #drawShell(stage, make) {
    const figure = make(false, this.#themeNow());
    stage.drawShell(figure, this.#size);
    stage.paint(figure);
    this.ariaLabel = figure.layout.meta.summary;
  }

  #redraw() {
    if (!this.#make) return;
    turns.requestPaint(this);
    turns.requestTurn(this);
  }

  #themeNow() {
    this.#theme ??= readTheme(this);
    return this.#theme;
  }

  #download() {
    if (this.#make) this.#stage?.download(this.#make(true, this.#themeNow()), this.#size);
  }
}

customElements.define("live-plot", LivePlot);
