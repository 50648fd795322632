/**
 * Where the arrow keys lead in the flow: along the rows, and within a row from the bracket that opens and closes its
 * group (at the left) over its tensor to what enters from the side.
 *
 * @import { Bracket, Layout, PlacedNode } from "./layout.js"
 */

/** What a bracket is called among the nodes. @param {string} key */
export const bracketId = (key) => `bracket ${key}`;

/** @param {Layout} layout @param {Bracket} bracket */
const rowsOf = ({ nodes }, { top, bottom }) =>
  nodes.filter(({ kind, y }) => kind !== "given" && y > top && y < bottom);

/** @param {Layout} layout @param {string} id @param {string} key  An arrow key, Home or End. @returns {string | null} */
export function moved(layout, id, key) {
  const line = layout.nodes.filter(({ kind }) => kind !== "given");
  if (key === "Home") return line[0].id;
  if (key === "End") return line[line.length - 1].id;
  const bracket = layout.brackets.find((each) => bracketId(each.key) === id);
  if (bracket) return fromBracket(layout, bracket, key);
  const node = layout.nodes.find((each) => each.id === id);
  return node ? fromNode(layout, line, node, key) : null;
}

/** @param {Layout} layout @param {Bracket} bracket @param {string} key */
function fromBracket(layout, bracket, key) {
  const index = layout.brackets.indexOf(bracket);
  if (key === "ArrowRight") return rowsOf(layout, bracket)[0].id;
  const other = layout.brackets[index + ({ ArrowUp: -1, ArrowDown: 1 }[key] ?? NaN)];
  return other ? bracketId(other.key) : null;
}

/** @param {Layout} layout @param {PlacedNode[]} line @param {PlacedNode} node @param {string} key */
function fromNode(layout, line, node, key) {
  const beside = layout.nodes.filter(({ kind, row }) => kind === "given" && row === node.row);
  const place = beside.indexOf(node);
  if (key === "ArrowRight") return place < 0 ? beside[0]?.id ?? null : null;
  if (key === "ArrowLeft") {
    if (place >= 0) return line[node.row].id;
    const bracket = layout.brackets.find(({ top, bottom }) => node.y > top && node.y < bottom);
    return bracket ? bracketId(bracket.key) : null;
  }
  const step = { ArrowUp: -1, ArrowDown: 1 }[key];
  if (!step) return null;
  return (place < 0 ? null : beside[place + step]?.id) ?? line[node.row + step]?.id ?? null;
}
