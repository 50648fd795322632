/**
 * The places of the page that a lesson or the tour can point at, by name: the open panels, and what stands around them.
 */

import { PANELS } from "../page/panels.js";

/** @type {Record<string, string>} */
const AROUND = {
  header: "session-bar",
  transport: "transport-bar",
  timeline: "timeline-bar",
  flow: ".page > aside",
  views: "view-bar",
  why: "cell-answer",
  learn: "session-bar [data-action=learn]",
};

/** What each is on the page, as a selector. @type {Record<string, string>} */
export const PLACES = {
  ...AROUND,
  ...Object.fromEntries(PANELS.map(({ name, element }) => [name, `main > ${element}:not(.second)`])),
};
