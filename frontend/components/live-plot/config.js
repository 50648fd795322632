/** @import { ModeBarButton, PictureFormat, PlotlyLibrary } from "../../types/plotly" */

/**
 * How Plotly behaves in every plot. Nothing leaves the page; the buttons stay away until the pointer comes. Reset and
 * picture are buttons of our own: while data moves, Plotly knows neither the axes' true ranges nor the data.
 *
 * @param {PlotlyLibrary} plotly
 * @param {{ download: (format: PictureFormat) => void, reset: () => void }} actions
 */
export function configOf({ Icons }, { download, reset }) {
  /** @type {ModeBarButton[]} */
  const buttons = [
    { name: "downloadPicture", title: "Download as PNG", icon: Icons.camera, click: () => download("png") },
    { name: "downloadDrawing", title: "Download as SVG", icon: Icons.disk, click: () => download("svg") },
    { name: "resetAxes", title: "Reset axes (double-click)", icon: Icons.home, click: reset },
  ];
  return {
    displaylogo: false,
    showSendToCloud: false,
    showTips: false,
    doubleClick: false,
    modeBarButtons: [buttons.slice(0, 2), ["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", buttons[2]]],
  };
}
