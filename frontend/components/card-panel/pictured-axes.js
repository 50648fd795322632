/**
 * @import { Store } from "../../store/store.js"
 * @import { Axes } from "../../lib/axes.js"
 * @import { ViewInfo } from "../../types/wire"
 */

import { matrixAxes } from "../../lib/axes.js";

/**
 * What stands along the sides of a tensor's picture; a gradient has the axes of the tensor that it is of.
 * @param {Store} store @param {Axes} axes @param {string} of  The tensor. @param {Pick<ViewInfo, "shape" | "block">} seen
 */
export const picturedAxes = ({ network, dataset }, axes, of, { shape, block }) => matrixAxes(axes.get(of) ?? [], shape, {
  block: block ?? null,
  characters: dataset.value?.characters ?? [],
  embedding: network.value?.dimensions.E ?? 1,
});
