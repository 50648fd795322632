/**
 * What leads a person through the page: lessons, and the tour of a first visit.
 *
 * @import { Api } from "../api.js"
 * @import { PageStore } from "../compare/compare.js"
 *
 * @typedef {ReturnType<typeof withGuide>} GuidedStore
 */

import { browserMemory } from "../lib/page/browser-memory.js";
import { createGuide } from "./guide.js";
import { createTour } from "./tour.js";

/** The page's store, with lessons and tour. @param {PageStore} store @param {Api} api */
export const withGuide = (store, api) =>
  ({ ...store, guide: createGuide({ store, api }), tour: createTour({ store, storage: browserMemory }) });
