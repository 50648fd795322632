/**
 * Where the flow's nodes and edges stand: one row a node, forward order downwards. The shortest way from the first
 * tensor to the loss is a straight line in the first lane; what branches off it goes beside it, in a lane further to the
 * right, and comes back where it meets the line again. Parameters and the minibatch enter from the right.
 *
 * @import { Network } from "../../types/wire"
 * @import { Edge, Node } from "./graph.js"
 *
 * @typedef {Node & { x: number, y: number, lane: number, row: number }} PlacedNode
 * @typedef {Edge & { path: string, from: PlacedNode, to: PlacedNode }} PlacedEdge  The path goes forwards.
 * @typedef {{ key: string, label: string, open: boolean, top: number, bottom: number }} Bracket  What opens or closes a group.
 * @typedef {{ nodes: PlacedNode[], edges: PlacedEdge[], brackets: Bracket[], width: number, height: number }} Layout
 */

import { flowGraph } from "./graph.js";
import { groupsOf } from "./groups.js";

export const ROW = 24;
export const LANE = 28;
/** Names on the line end here, at its left. */
export const NAMES_END = 132;
const FIRST_LANE = 147;
/** Between two parameters that enter the same node. */
const BESIDE = 12;
const WIDTH = 292;

/** @param {number} lane */
const laneX = (lane) => FIRST_LANE + lane * LANE;

/** @param {Network} network @param {ReadonlySet<string>} open  The groups that are open. @returns {Layout} */
export function flowLayout(network, open) {
  const graph = flowGraph(network, open);
  const flow = graph.edges.filter(({ from }) => from.kind !== "given");
  const rows = new Map(graph.nodes.map((node, row) => [node, row]));
  const lanes = nodeLanes(graph.nodes, flow, rows);
  const beyond = Math.max(1, ...lanes.values());
  /** @type {Map<Node, PlacedNode>} */
  const placed = new Map();
  for (const [node, row] of rows) {
    const lane = lanes.get(node) ?? 0;
    placed.set(node, { ...node, row, lane, x: laneX(lane), y: (row + 0.5) * ROW });
    const entering = graph.givens.get(node) ?? [];
    entering.forEach((given, i) => placed.set(given, {
      ...given, row, lane: beyond + 1,
      x: laneX(beyond) + LANE, y: (row + 0.5) * ROW + (i - (entering.length - 1) / 2) * BESIDE,
    }));
  }
  const edges = graph.edges.map((edge) => {
    const [from, to] = [placed.get(edge.from), placed.get(edge.to)].map((node) => /** @type {PlacedNode} */ (node));
    return { ...edge, from, to, path: from.kind === "given" ? entering(from, to) : route(from, to) };
  });
  return {
    nodes: [...placed.values()], edges, brackets: bracketsOf(network, open, [...placed.values()]),
    width: Math.max(WIDTH, laneX(beyond) + 117), height: graph.nodes.length * ROW,
  };
}

/**
 * Lane 0 for the shortest way through; the others side by side where their stretches overlap.
 * @param {Node[]} nodes @param {Edge[]} edges @param {Map<Node, number>} rows @returns {Map<Node, number>}
 */
function nodeLanes(nodes, edges, rows) {
  const next = shortestWays(nodes, edges);
  /** @type {Map<Node, number>} */
  const lanes = new Map();
  for (let node = nodes.at(0); node; node = next.get(node)) lanes.set(node, 0);
  /** Up to which row a lane is taken. @type {number[]} */
  const taken = [];
  for (const first of nodes) {
    if (lanes.has(first)) continue;
    const begin = Math.min(...edges.filter(({ to }) => to === first).map(({ from }) => rows.get(from) ?? 0));
    let lane = 1;
    while ((taken[lane] ?? 0) > begin) lane++;
    /** @type {Node | undefined} */
    let node = first;
    for (; node && !lanes.has(node); node = next.get(node)) lanes.set(node, lane);
    taken[lane] = node ? rows.get(node) ?? 0 : nodes.length;
  }
  return lanes;
}

/** For each node the next one on the shortest way to the end. @param {Node[]} nodes @param {Edge[]} edges */
function shortestWays(nodes, edges) {
  /** @type {Map<Node, Node>} */
  const next = new Map();
  /** @type {Map<Node, number>} */
  const length = new Map();
  for (const node of [...nodes].reverse()) {
    const ways = edges.filter(({ from }) => from === node).map(({ to }) => to)
      .sort((a, b) => (length.get(a) ?? 0) - (length.get(b) ?? 0));
    if (ways.length) next.set(node, ways[0]);
    length.set(node, ways.length ? 1 + (length.get(ways[0]) ?? 0) : 0);
  }
  return next;
}

/** Down its own lane; from one lane to another within one row, as late as it can going in and as early going out.
 * @param {PlacedNode} from @param {PlacedNode} to */
function route(from, to) {
  if (from.x === to.x) return `M${from.x} ${from.y}V${to.y}`;
  const leaves = to.lane > from.lane;
  const [top, bottom] = leaves ? [from.y, from.y + ROW] : [to.y - ROW, to.y];
  const bend = `C${from.x} ${top + 0.6 * ROW} ${to.x} ${bottom - 0.6 * ROW} ${to.x} ${bottom}`;
  return `M${from.x} ${from.y}V${top}${bend}V${to.y}`;
}

/** From the side. @param {PlacedNode} from @param {PlacedNode} to */
function entering(from, to) {
  return `M${from.x} ${from.y}C${from.x - 0.7 * LANE} ${from.y} ${to.x + 0.9 * LANE} ${to.y} ${to.x} ${to.y}`;
}

/** @param {Network} network @param {ReadonlySet<string>} open @param {PlacedNode[]} nodes @returns {Bracket[]} */
function bracketsOf(network, open, nodes) {
  return groupsOf(network).map(({ key, label, calls }) => {
    const outputs = new Set(calls.map(({ output }) => output));
    const rows = nodes.filter(({ kind, tensor }) => kind !== "given" && outputs.has(tensor)).map(({ row }) => row);
    return { key, label, open: open.has(key), top: Math.min(...rows) * ROW, bottom: (Math.max(...rows) + 1) * ROW };
  });
}
