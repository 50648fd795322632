/** The op table and every kind of network, as the server tells them: no copy of them that could grow old. */

/** @import { Network, Op } from "../../frontend/types/wire" */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const text = execFileSync(`${root}.venv/bin/python`, ["-m", "tests.described"], { cwd: root, maxBuffer: 2 ** 27 });

/** @type {{ ops: Op[], networks: Record<string, Network> }} */
export const { ops, networks } = JSON.parse(text.toString());

/** @param {string} name @returns {Op} */
export function op(name) {
  const found = ops.find((each) => each.name === name);
  if (!found) throw new Error(`There is no op ${name}.`);
  return found;
}
