/**
 * @import { Figure, MakeFigure, PictureFormat, Theme } from "../../types/plotly"
 * @import { Cells, Region } from "../picture/pointing.js"
 * @import { MarkKind } from "./marks.js"
 *
 * @typedef {ReadonlyMap<string, { region: Region, kind: MarkKind }[]>} Lit  What lights up of each tensor.
 */

import { tableOf } from "../../figures/table.js";
import { told } from "../../figures/told.js";
import { saveText } from "../../lib/page/download.js";
import { loadPlotly } from "../../lib/plotly.js";
import { Marks } from "./marks.js";
import { Pointer } from "./pointer.js";
import { fileName, Stage } from "./stage.js";
import { readTheme } from "./theme.js";
import { browser, Turns } from "./turns.js";

/** The page's plots share one screen and one thread. */
const turns = new Turns(browser());
/** After so many milliseconds without a draw the data is taken to rest. */
const REST_AFTER = 100;
/** … and after so many while it is said to stream: a hiccup must not set all plots drawing at once, and make it worse. */
const REST_AFTER_STREAMING = 1000;
/** So many milliseconds after a stream has ended the rest of it has come: what was read anew of its past, too. */
const END = 500;
/** While data streams, axes follow it so seldom: to compare them costs as much as to paint a small plot. */
const AXES_EVERY = 250;

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
  #drawnAt = -Infinity;
  #restTimer = 0;
  #streaming = false;
  #endsUntil = -Infinity;
  /** In which stretch of time the axes were last compared, and of which figure. */
  #comparedIn = NaN;
  #comparedOf = "";
  #marks = new Marks();
  #pointer = new Pointer(this, () => this.#stage?.area ?? null);
  /** @type {Cells | null} */
  #cells = null;
  /** @type {Lit} */
  #lit = new Map();

  #sizes = new ResizeObserver(([{ contentRect }]) => {
    this.#size = { width: Math.floor(contentRect.width), height: Math.floor(contentRect.height) };
    this.#redraw();
  });
  #sight = new IntersectionObserver((entries) => {
    this.#onScreen = entries[entries.length - 1].isIntersecting;
    if (this.#onScreen) turns.requestPaint(this);
  });

  connectedCallback() {
    this.role = this.#cells ? "application" : "figure";
    this.append(this.#marks.root);
    this.#sizes.observe(this);
    this.#sight.observe(this);
    this.dispatchEvent(new CustomEvent("plot", { bubbles: true }));
    loadPlotly().then(
      (plotly) => {
        if (!this.isConnected || this.#stage) return;
        this.#stage = new Stage(this, plotly, {
          moved: () => {
            this.#marks.place(this.#stage?.area ?? null);
            turns.requestPaint(this);
          },
          zoomed: () => this.#redraw(),
          download: (format) => this.download(format),
        });
        this.#redraw();
      },
      (error) => (this.textContent = error.message),
    );
  }

  disconnectedCallback() {
    clearTimeout(this.#restTimer);
    this.#restTimer = 0;
    turns.leave(this);
    this.#sizes.disconnect();
    this.#sight.disconnect();
    this.#stage?.remove();
    this.#stage = null;
  }

  get onScreen() {
    return this.#onScreen;
  }

  /** Its stream has just ended: what comes now is the last, and no time is needed to see whether more does. */
  get #ends() {
    return !this.#streaming && performance.now() < this.#endsUntil;
  }

  get canWait() {
    return this.#settling && !this.#ends;
  }

  /** @param {LivePlot} other */
  precedes(other) {
    return Boolean(this.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
  }

  get isNew() {
    return !this.#stage?.area;
  }

  /** Whether more data is about to come; once it is not, the true figure is due. @param {boolean} streaming */
  set streaming(streaming) {
    if (this.#streaming && !streaming) {
      this.#endsUntil = performance.now() + END;
      this.settle();
    }
    this.#streaming = streaming;
  }

  /** What stands where in it, for pointing and for marks; null: no cells of a tensor. @param {Cells | null} cells */
  set cells(cells) {
    // Told anew with each frame; only what is another one costs anything.
    if (isSame(cells, this.#cells)) return;
    const canBeEntered = cells !== null;
    // With cells to go to it takes the arrow keys, which a screen reader must let through.
    if (canBeEntered !== (this.#cells !== null)) this.role = canBeEntered ? "application" : "figure";
    this.#cells = cells;
    this.#pointer.cells = cells;
    this.#mark();
  }

  /** What is outlined of each tensor. @param {Lit} lit */
  set lit(lit) {
    this.#lit = lit;
    this.#mark();
  }

  #mark() {
    const cells = this.#cells;
    this.#marks.marks = (cells && this.#lit.get(cells.tensor)?.flatMap(({ region, kind }) =>
      cells.placesOf(region).map((place) => ({ kind, place })))) ?? [];
    this.#marks.place(this.#stage?.area ?? null);
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
    if (this.getAttribute("state") !== "live") this.setAttribute("state", "live");
    turns.requestPaint(this);
    if (this.#ends) return this.settle();
    // No figure of what it is no longer to show: while a key is held down it would only keep the next frame waiting.
    // Axes that are due are so for the new data too.
    if (this.#settling) turns.leaveTurn(this);
    this.#settling = false;
    this.#drawnAt = performance.now();
    this.#awaitRest();
  }

  /** One timer for many draws: a dozen set anew in each frame are felt. */
  #awaitRest() {
    const wait = this.#drawnAt + (this.#streaming ? REST_AFTER_STREAMING : REST_AFTER) - performance.now();
    if (wait <= 0) return this.settle();
    this.#restTimer ||= window.setTimeout(() => {
      this.#restTimer = 0;
      this.#awaitRest();
    }, wait);
  }

  /** Lets the true figure take over as soon as it is this plot's turn. */
  settle() {
    clearTimeout(this.#restTimer);
    this.#restTimer = 0;
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
    if (this.#comparesAxes(figure) && !this.#stage.shows(figure, this.#size)) turns.requestTurn(this);
    this.#stage.paint(figure);
    this.#marks.place(this.#stage.area);
  }

  /** Whether Plotly's axes are to be compared with the figure's now. @param {Figure} figure */
  #comparesAxes({ layout: { uirevision } }) {
    const beat = Math.floor(performance.now() / AXES_EVERY);
    if (this.#streaming && uirevision === this.#comparedOf && beat === this.#comparedIn) return false;
    [this.#comparedOf, this.#comparedIn] = [uirevision, beat];
    return true;
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
    this.ariaLabel = told(figure);
    this.#marks.place(stage.area);
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
    // Out of sight it is drawn once it rests or comes in sight: while data moves, its axes would hold up those in sight.
    if (this.#onScreen || this.#settling || this.#atRest) turns.requestTurn(this);
  }

  #themeNow() {
    this.#theme ??= readTheme(this);
    return this.#theme;
  }

  /** What it shows now, in detail; null before the first draw. */
  get figure() {
    return this.#make && this.#make(true, this.#themeNow());
  }

  /** Saves it as a picture. @param {PictureFormat} format */
  download(format) {
    const { figure } = this;
    if (figure) this.#stage?.download(figure, this.#size, format);
  }

  /** Saves its data. */
  downloadTable() {
    const { figure } = this;
    if (figure) saveText(tableOf(figure), `${fileName(figure)}.csv`, "text/csv");
  }
}

/** @param {Cells | null} a @param {Cells | null} b */
const isSame = (a, b) => a === b || (a !== null && b !== null && a.tensor === b.tensor && a.rows === b.rows
  && a.columns === b.columns && a.block.join() === b.block.join() && a.order === b.order);

customElements.define("live-plot", LivePlot);
