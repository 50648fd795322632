/**
 * The flow as nodes and edges, without places: what each stands for, and from which op on it is known.
 *
 * @import { Call, Gradient, Network } from "../../types/wire"
 * @import { Group } from "./groups.js"
 *
 * @typedef {object} Node
 * @property {string} id
 * @property {"tensor" | "group" | "given"} kind  A group is closed; given are parameters and the minibatch.
 * @property {string} tensor  A group's last one.
 * @property {string} label
 * @property {string | null} group  The key of the group that it is of, or stands for.
 * @property {number[]} shape
 * @property {string[]} covers  The tensors that it stands for.
 * @property {string} code  Of the forward pass.
 * @property {number} from  The op that begins with it …
 * @property {number} known  … and the one after which its value is known; 0: always.
 * @property {string | null} gradient  Its gradient's name.
 * @property {number} gradientKnown  From which op on; Infinity: never.
 * @property {{ name: string, known: number }[]} parts  What adds up to its gradient.
 *
 * @typedef {object} Edge
 * @property {string} id
 * @property {Node} from
 * @property {Node} to
 * @property {string} tensor  What flows along it.
 * @property {string[]} contributions  What flows back along it, by name; none: nothing does.
 * @property {string | null} measure  The tensor whose magnitude is what flows back.
 * @property {number} known  It has been used by the forward pass after this op …
 * @property {number} gradientFrom  … the first of what flows back is known from this op on …
 * @property {number} gradientKnown  … and all of it from this one.
 *
 * @typedef {{ nodes: Node[], givens: Map<Node, Node[]>, edges: Edge[] }} Graph  Nodes in forward order; givens by the node they enter.
 */

import { groupsOf } from "./groups.js";

/** @param {Network} network @param {ReadonlySet<string>} open  The groups that are open. @returns {Graph} */
export function flowGraph(network, open) {
  const closed = new Map(groupsOf(network).filter(({ key }) => !open.has(key))
    .flatMap((group) => group.calls.map((call) => [call, group])));
  const gradients = new Map(network.gradients.map((gradient) => [gradient.tensor, gradient]));
  /** @type {Node[]} */
  const nodes = [];
  /** @type {Map<string, Node>} By the tensors that they compute. */
  const computing = new Map();
  for (const call of network.calls) {
    const group = closed.get(call);
    if (!group || group.calls[0] === call) {
      nodes.push({ ...nodeOf(call, group, gradients), covers: group ? covered(group.calls, computing) : [call.output] });
    }
    computing.set(call.output, nodes[nodes.length - 1]);
  }
  /** @type {Graph["givens"]} */
  const givens = new Map();
  /** @type {Map<string, Edge>} */
  const edges = new Map();
  for (const call of network.calls) {
    const to = /** @type {Node} */ (computing.get(call.output));
    for (const { tensor } of call.inputs) {
      const from = computing.get(tensor) ?? (closed.has(call) ? null : given(tensor, gradients.get(tensor), call));
      if (!from || from === to) continue;
      if (from.kind === "given") givens.set(to, [...(givens.get(to) ?? []), from]);
      join(edges, from, to, tensor, call, gradients.get(tensor));
    }
  }
  return { nodes, givens, edges: [...edges.values()] };
}

/** What a closed group computes, and the parameters it takes. @param {Call[]} calls @param {Map<string, Node>} computing */
function covered(calls, computing) {
  const used = calls.flatMap(({ inputs }) => inputs.map(({ tensor }) => tensor));
  return [...new Set([...calls.map(({ output }) => output), ...used.filter((tensor) => !computing.has(tensor))])];
}

/** @param {Gradient | undefined} gradient */
const gradientOf = (gradient) => ({
  gradient: gradient?.name ?? null,
  gradientKnown: gradient?.known_at ?? Infinity,
  parts: (gradient?.contributions ?? []).map(({ name, known_at }) => ({ name, known: known_at })),
});

/** @param {Call} call @param {Group | undefined} group @param {Map<string, Gradient>} gradients */
function nodeOf(call, group, gradients) {
  const last = group ? group.calls[group.calls.length - 1] : call;
  return {
    id: group ? `group ${group.key}` : call.output, kind: /** @type {Node["kind"]} */ (group ? "group" : "tensor"),
    tensor: last.output, label: group?.label ?? call.output, shape: last.shape, code: call.code,
    group: group?.key ?? null, from: call.known_at, known: last.known_at, ...gradientOf(gradients.get(last.output)),
  };
}

/** @param {string} tensor @param {Gradient | undefined} gradient @param {Call} call @returns {Node} */
function given(tensor, gradient, call) {
  return {
    id: `${tensor} in ${call.output}`, kind: "given", tensor, label: tensor, group: null, covers: [tensor],
    shape: gradient?.shape ?? [], code: "", from: 0, known: 0, ...gradientOf(gradient),
  };
}

/**
 * An edge between two nodes. Several ways from one to the other, which a closed group hides, are one edge: what flows
 * back along it is their sum.
 * @param {Map<string, Edge>} edges @param {Node} from @param {Node} to @param {string} tensor
 * @param {Call} call @param {Gradient | undefined} gradient
 */
function join(edges, from, to, tensor, call, gradient) {
  const id = `${from.id} > ${to.id}`;
  const own = gradient?.contributions.filter((part) => part.call === call.index) ?? [];
  const all = [...(edges.get(id)?.contributions ?? []), ...own.map(({ name }) => name)];
  const known = gradient?.contributions.filter(({ name }) => all.includes(name)).map(({ known_at }) => known_at) ?? [];
  edges.set(id, {
    id, from, to, tensor,
    contributions: all,
    measure: all.length > 1 ? gradient?.name ?? null : all[0] ?? null,
    known: Math.min(edges.get(id)?.known ?? Infinity, call.known_at),
    gradientFrom: Math.min(Infinity, ...known),
    gradientKnown: known.length ? Math.max(...known) : Infinity,
  });
}
