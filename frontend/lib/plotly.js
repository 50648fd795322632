/**
 * The door to Plotly.js: it loads the library, and it alone knows Plotly's private fields, which may change with any
 * version.
 */

/** @import { AreaAxis, PlotArea, PlotlyElement, PlotlyLibrary } from "../types/plotly" */

/** @type {Promise<PlotlyLibrary> | undefined} */
let loading;

/**
 * The library, loaded once. The page's `<link id="plotly" rel="preload">` names its URL; as a script of our own making
 * it blocks neither parsing nor the first paint.
 *
 * @returns {Promise<PlotlyLibrary>}
 */
export function loadPlotly() {
  loading ??= new Promise((resolve, reject) => {
    const link = document.getElementById("plotly");
    if (!(link instanceof HTMLLinkElement)) throw new Error('The page has no <link id="plotly">.');
    const script = document.createElement("script");
    script.src = link.href;
    script.onload = () => {
      if (window.Plotly) resolve(window.Plotly);
      else reject(new Error(`${link.href} is not Plotly.`));
    };
    script.onerror = () => reject(new Error(`Plotly could not be loaded from ${link.href}.`));
    document.head.append(script);
  });
  return loading;
}

/** Plotly makes the element that it has drawn into a plot. @param {any} element @returns {PlotlyElement} */
export const asPlot = (element) => element;

/** @typedef {{ range: [number, number], type: string }} FullAxis */
/** @typedef {{ l: number, t: number, w: number, h: number }} FullSize */

/** @param {PlotlyElement} plot @returns {any} */
const privates = (plot) => plot;

/** @param {FullAxis} axis @returns {AreaAxis} */
const areaAxis = ({ range, type }) => ({ range, log: type === "log" });

/**
 * Where the data belongs at this moment, in the middle of a drag too.
 *
 * @param {PlotlyElement} plot
 * @returns {PlotArea}
 */
export function plotArea(plot) {
  const { _size, xaxis, yaxis } = privates(plot)._fullLayout;
  const { l, t, w, h } = /** @type {FullSize} */ (_size);
  return { left: l, top: t, width: w, height: h, x: areaAxis(xaxis), y: areaAxis(yaxis) };
}

/**
 * Whether the trace is on show: a click on the legend hides it.
 *
 * @param {PlotlyElement} plot
 * @param {number} index
 */
export const isTraceShown = (plot, index) => (privates(plot)._fullData[index]?.visible ?? true) === true;

/**
 * Whether the user is dragging: a redraw would pull the axes from under the pointer.
 *
 * @param {PlotlyElement} plot
 */
export const isDragging = (plot) => Boolean(privates(plot)._dragging);

/**
 * Puts the canvas above Plotly's grid and below its legend and hover labels, where it stays until Plotly builds the
 * plot anew.
 *
 * @param {PlotlyElement} plot
 * @param {HTMLCanvasElement} canvas
 */
export function placeCanvas(plot, canvas) {
  if (!canvas.isConnected) plot.querySelector(".main-svg")?.after(canvas);
}
