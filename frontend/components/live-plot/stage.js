/** @import { Figure, PictureFormat, PlotlyElement, PlotlyLibrary, Trace } from "../../types/plotly" */
/** @import { Size, Zoom } from "./fit.js" */

import { asPlot, isDragging, isTraceShown, placeCanvas, plotArea } from "../../lib/plotly.js";
import { configOf } from "./config.js";
import { fitLayout } from "./fit.js";
import { paint } from "./painters.js";
import { shellsOf } from "./shell.js";

/**
 * @typedef {object} Listeners
 * @property {() => void} moved  the axes have moved under the user's hand
 * @property {() => void} zoomed  … and have come to rest
 * @property {(format: PictureFormat) => void} download
 */

/** Plotly's element and the canvas in it: the two painters of one figure, and the user's zoom that both keep to. */
export class Stage {
  #plotly;
  #listeners;
  #root = document.createElement("div");
  #canvas = document.createElement("canvas");
  /** The root, from Plotly's first drawing on. @type {PlotlyElement | null} */
  #plot = null;
  /** @type {Zoom} */
  #zoom = { x: null, y: null };
  /** The figure's `uirevision` for which the zoom holds. */
  #zoomed = "";
  /** The shell that Plotly shows, as text to compare. */
  #shown = "";
  #config;

  /**
   * @param {HTMLElement} host
   * @param {PlotlyLibrary} plotly
   * @param {Listeners} listeners
   */
  constructor(host, plotly, listeners) {
    this.#plotly = plotly;
    this.#listeners = listeners;
    this.#config = configOf(plotly, { download: listeners.download, reset: () => this.#resetZoom() });
    this.#root.className = "figure";
    // What it shows is told in one sentence; its ticks and labels one by one would tell nothing.
    this.#root.ariaHidden = "true";
    host.append(this.#root);
  }

  get isDragging() {
    return this.#plot !== null && isDragging(this.#plot);
  }

  /** Where the data is, once there is any. */
  get area() {
    return this.#plot && plotArea(this.#plot);
  }

  /** Whether Plotly's part of the live figure is up to date. @param {Figure} figure @param {Size} size */
  shows(figure, size) {
    return this.#shellText(figure, size) === this.#shown;
  }

  /** The true figure, by Plotly. @param {Figure} figure @param {Size} size */
  async drawFigure(figure, size) {
    await this.#draw(figure, figure.data, size);
  }

  /** All but the data. @param {Figure} figure @param {Size} size */
  drawShell(figure, size) {
    return this.#draw(figure, shellsOf(figure.data), size);
  }

  /** The data, by the canvas. @param {Figure} figure */
  paint(figure) {
    if (!this.#plot) return;
    placeCanvas(this.#plot, this.#canvas);
    const area = plotArea(this.#plot);
    const context = fitCanvas(this.#canvas, area);
    for (const [index, trace] of figure.data.entries()) {
      if (isTraceShown(this.#plot, index)) paint(context, trace, area);
    }
  }

  /** The figure as a file, as it looks now. @param {Figure} figure @param {Size} size @param {PictureFormat} format */
  async download(figure, size, format) {
    const fitted = { data: figure.data, layout: this.#fit(figure, size) };
    await this.#plotly.downloadImage(fitted, { format, filename: fileName(figure), scale: 2 });
  }

  remove() {
    this.#plotly.purge(this.#root);
    this.#root.remove();
  }

  /** @param {Figure} figure @param {Trace[]} data @param {Size} size */
  async #draw(figure, data, size) {
    if (figure.layout.uirevision !== this.#zoomed) this.#zoom = { x: null, y: null };
    this.#zoomed = figure.layout.uirevision;
    this.#shown = this.#shellText(figure, size);
    const isFirst = this.#plot === null;
    const drawing = this.#plotly.react(this.#root, data, this.#fit(figure, size), this.#config);
    this.#plot = asPlot(this.#root);
    if (isFirst) this.#listen(this.#plot);
    await drawing;
    // Half a dozen buttons in each plot would stand between the tab key and the page's own controls.
    for (const button of this.#root.querySelectorAll(".modebar-btn")) button.setAttribute("tabindex", "-1");
  }

  /** @param {Figure} figure @param {Size} size */
  #fit(figure, size) {
    const isZoomed = figure.layout.uirevision === this.#zoomed;
    return fitLayout(figure, size, isZoomed ? this.#zoom : { x: null, y: null });
  }

  /** @param {Figure} figure @param {Size} size */
  #shellText(figure, size) {
    return JSON.stringify([this.#fit(figure, size), shellsOf(figure.data)]);
  }

  /** @param {PlotlyElement} plot */
  #listen(plot) {
    plot.on("plotly_relayouting", this.#listeners.moved);
    plot.on("plotly_relayout", (changes) => this.#keepZoom(plot, Object.keys(changes)));
    plot.on("plotly_doubleclick", () => this.#resetZoom());
  }

  /** @param {PlotlyElement} plot @param {string[]} changes */
  #keepZoom(plot, changes) {
    const area = plotArea(plot);
    for (const name of /** @type {const} */ (["x", "y"])) {
      const isChanged = changes.some((change) => change.startsWith(`${name}axis.range`));
      if (isChanged) this.#zoom = { ...this.#zoom, [name]: [...area[name].range] };
    }
    this.#listeners.zoomed();
  }

  #resetZoom() {
    this.#zoom = { x: null, y: null };
    this.#listeners.zoomed();
  }
}

/** @param {Figure} figure */
export const fileName = ({ layout }) => layout.uirevision.replaceAll(/[^\p{L}\p{N}]+/gu, "-");

/**
 * Lays the canvas over the area, sharp on any screen, and wipes it.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {{ left: number, top: number, width: number, height: number }} area
 */
function fitCanvas(canvas, { left, top, width, height }) {
  const density = window.devicePixelRatio;
  const pixels = { width: Math.round(width * density), height: Math.round(height * density) };
  if (canvas.width !== pixels.width || canvas.height !== pixels.height) Object.assign(canvas, pixels);
  const place = `left: ${left}px; top: ${top}px; width: ${width}px; height: ${height}px;`;
  if (canvas.getAttribute("style") !== place) canvas.setAttribute("style", place);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser has no 2-D canvas.");
  context.setTransform(pixels.width / width, 0, 0, pixels.height / height, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
