/** What the page uses of Plotly.js 4, and no more: three trace types, linear and log axes, a few calls. */

export type Numbers = ArrayLike<number | null>;
export type Range = [number, number];
export type ColorScale = [position: number, color: string][];

export interface Font {
  size?: number;
  color?: string;
  family?: string;
}

export interface Title {
  text: string;
  font?: Font;
  standoff?: number;
  side?: "right" | "top";
  x?: number;
  y?: number;
  xref?: "container" | "paper";
  yref?: "container" | "paper";
  xanchor?: "left" | "center" | "right";
  yanchor?: "top" | "middle" | "bottom";
  pad?: { l?: number; t?: number };
}

interface TraceCommon {
  name?: string;
  showlegend?: boolean;
  legendgroup?: string;
  hoverinfo?: "skip" | "all";
  hovertemplate?: string;
}

export interface HeatmapTrace extends TraceCommon {
  type: "heatmap";
  /** Rows; a flat typed array would hide the trace without a word. */
  z: Float32Array[];
  x0: number;
  dx: number;
  y0: number;
  dy: number;
  zmin: number;
  zmax: number;
  colorscale: ColorScale;
  showscale: boolean;
  colorbar?: object;
  /** Of each cell; numbers are written as the hover template says. */
  text?: string[][] | Float32Array[];
  customdata?: Float32Array[];
}

export interface BarTrace extends TraceCommon {
  type: "bar";
  x: Numbers;
  y: Numbers;
  /** In units of the x axis. */
  width: number;
  marker: { color: string; line?: { width: number } };
  customdata?: string[];
}

export interface ScatterTrace extends TraceCommon {
  type: "scatter";
  mode: "lines" | "markers" | "lines+markers" | "text";
  x: Numbers;
  y: Numbers;
  line?: { color?: string; width?: number; dash?: "solid" | "dash" };
  /** An open symbol is drawn in the marker's colour, as wide as the line. */
  marker?: {
    color: string; size: number | number[]; opacity?: number; symbol?: "circle" | "square" | "line-ew-open";
    line: { width: number };
  };
  text?: string[];
  /** What the hover template calls so, one for each point. */
  hovertext?: string[];
  textfont?: Font;
  textposition?: "middle center" | "middle left" | "middle right";
  /** `toself`: the points are the outline of one closed area. */
  fill?: "toself";
  fillcolor?: string;
}

export type Trace = HeatmapTrace | BarTrace | ScatterTrace;

export interface Axis {
  title?: Title;
  type?: "linear" | "log";
  /** On a log axis: the exponents of ten. */
  range: Range;
  tickmode?: "auto" | "array";
  tickvals?: number[];
  ticktext?: string[];
  [option: string]: unknown;
}

export interface Layout {
  title: Title;
  xaxis: Axis;
  yaxis: Axis;
  margin: { l: number; r: number; t: number; b: number; autoexpand: boolean };
  showlegend: boolean;
  legend: object;
  /** What a screen reader says of the figure. */
  meta: { summary: string };
  /** A user's zoom holds until this changes. */
  uirevision: string;
  [option: string]: unknown;
}

/** The description that both painters draw: Plotly, and the canvas while data moves. */
export interface Figure {
  data: Trace[];
  layout: Layout;
}

/** The colours and the font that a figure draws with. */
export interface Theme {
  surface: string;
  text: string;
  muted: string;
  grid: string;
  accent: string;
  font: string;
  /** One colour per series, told apart by colour-blind eyes too. */
  series: string[];
  /** Zero in the middle, near the background; negative blue, positive red. */
  diverging: ColorScale;
  /** The same colours, but drawn together towards zero: for many small values beside a few large ones. */
  pushes: ColorScale;
  /** Zero at the start, near the background. */
  sequential: ColorScale;
  /** For 0, a cell that is not a number, one half, −∞, and 1, +∞. */
  notFinite: ColorScale;
  /** Marks stretches of an axis to be watched. */
  attention: string;
}

/** Makes the figure of one state of the data; `detail` asks for what only a resting figure needs, such as hover texts. */
export type MakeFigure = (detail: boolean, theme: Theme) => Figure;

export interface AreaAxis {
  range: Range;
  log: boolean;
}

/** Where in the element, in CSS pixels, Plotly draws data, and between which values. */
export interface PlotArea {
  left: number;
  top: number;
  width: number;
  height: number;
  x: AreaAxis;
  y: AreaAxis;
}

export interface PlotlyElement extends HTMLElement {
  on(event: string, listener: (event: Record<string, unknown>) => unknown): void;
}

export type PictureFormat = "png" | "svg";

export interface ModeBarButton {
  name: string;
  title: string;
  icon: object;
  click: (plot: PlotlyElement) => void;
}

export interface PlotlyLibrary {
  Icons: Record<string, object>;
  react(root: HTMLElement, data: object[], layout: object, config: object): Promise<PlotlyElement>;
  downloadImage(figure: object, options: { format: PictureFormat; filename: string; scale: number }): Promise<string>;
  purge(root: HTMLElement): void;
}

declare global {
  interface Navigator {
    /** Not in all browsers. */
    readonly scheduling?: { isInputPending(): boolean };
  }

  interface Window {
    Plotly?: PlotlyLibrary;
  }
}
