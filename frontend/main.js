/**
 * Puts the page together: the store with its server, the views, the keyboard, and what outlives a visit (the address,
 * the theme).
 *
 * @import { ShortcutHelp } from "./components/shortcut-help/shortcut-help.js"
 * @import { FrameHandlers } from "./store/store.js"
 */

import { choicesAt, followAddress, isFresh } from "./address.js";
import { createApi } from "./api.js";
import { createComparison } from "./compare/compare.js";
import "./components/activations-panel/activations-panel.js";
import "./components/batch-norm-panel/batch-norm-panel.js";
import "./components/branch-dialog/branch-dialog.js";
import "./components/card-panel/card-panel.js";
import "./components/cell-answer/cell-answer.js";
import "./components/compare-bar/compare-bar.js";
import "./components/compare-dialog/compare-dialog.js";
import "./components/compare-difference/compare-difference.js";
import "./components/compare-losses/compare-losses.js";
import "./components/copy-dialog/copy-dialog.js";
import "./components/embed-note/embed-note.js";
import "./components/embedding-panel/embedding-panel.js";
import "./components/evaluation-panel/evaluation-panel.js";
import "./components/example-panel/example-panel.js";
import "./components/flow-graph/flow-graph.js";
import "./components/health-panel/health-panel.js";
import "./components/hunt-panel/hunt-panel.js";
import "./components/laboratory-panel/laboratory-panel.js";
import "./components/lesson-panel/lesson-panel.js";
import "./components/live-plot/live-plot.js";
import "./components/loss-panel/loss-panel.js";
import "./components/norm-paths-panel/norm-paths-panel.js";
import "./components/notice-list/notice-list.js";
import "./components/outliers-panel/outliers-panel.js";
import "./components/page-tour/page-tour.js";
import "./components/page-tour/tour-invitation.js";
import { followScale } from "./components/picture/limits.js";
import "./components/push-pull-panel/push-pull-panel.js";
import "./components/question-dialog/question-dialog.js";
import "./components/session-bar/session-bar.js";
import "./components/session-dialog/session-dialog.js";
import "./components/sessions-dialog/sessions-dialog.js";
import "./components/shortcut-help/shortcut-help.js";
import "./components/surgery-panel/surgery-panel.js";
import "./components/timeline-bar/timeline-bar.js";
import "./components/transport-bar/transport-bar.js";
import "./components/units-panel/units-panel.js";
import "./components/verification-panel/verification-panel.js";
import "./components/view-bar/view-bar.js";
import "./components/words-panel/words-panel.js";
import { decodeFrame } from "./frames.js";
import { withGuide } from "./guide/guided.js";
import { followLayout } from "./layout.js";
import { COMMANDS } from "./lib/page/commands.js";
import { guarded } from "./lib/page/controls.js";
import { pressed } from "./lib/page/shortcuts.js";
import { batch } from "./lib/signals.js";
import { View } from "./lib/view.js";
import { createStore } from "./store/store.js";
import { openStream, streamUrl } from "./stream.js";
import { followTheme, savedTheme } from "./theme.js";

const api = createApi();

/** @param {string} session @param {FrameHandlers} handlers */
const openFrames = (session, handlers) =>
  openStream(streamUrl(session, location), {
    ...handlers, frames: (blobs) => batch(() => blobs.forEach((blob) => handlers.frame(decodeFrame(blob)))),
  });

const asked = choicesAt(location.search, { fresh: isFresh(), theme: savedTheme() });
// Who watches is refused by the server: the page says so beforehand.
const choices = document.documentElement.dataset.role === "watch" ? { ...asked, controls: "locked" } : asked;
const first = createStore({ api, openStream: openFrames, choices });
// Where the session that was compared with is gone, no other takes its place.
const second = createStore({
  api,
  openStream: (session, handlers) => openFrames(session, { ...handlers, gone: () => store.comparison.leave() }),
});
const store = withGuide(guarded(createComparison({ first, second, api })), api);

const help = /** @type {ShortcutHelp} */ (document.querySelector("shortcut-help"));

for (const view of document.querySelectorAll(":defined")) {
  if (view instanceof View) view.start(store);
}
followLayout(/** @type {HTMLElement} */ (document.querySelector(".page")), store);
followScale(store);
followTheme(store.theme);
followAddress(store);

/** @param {string} name */
function perform(name) {
  if (name === "help") return help.toggle();
  if (name === "copy-as") return document.dispatchEvent(new CustomEvent("copy-as"));
  const command = COMMANDS[name === "toggle" ? (store.running.peek() ? "pause" : "run") : name];
  if (command.blocked(store) === null) command.perform(store);
}

document.addEventListener("help", () => help.toggle());
document.addEventListener("keydown", (event) => {
  const shortcut = pressed(event);
  const dialog = document.querySelector("dialog:modal");
  // It closes what has popped up, wherever the focus is.
  if (event.key === "Escape" && document.querySelector(":popover-open")) return;
  // Nothing of the page behind a dialog is within reach; the key that opened the help closes it.
  if (!shortcut || (dialog && !(shortcut.action === "help" && help.contains(dialog)))) return;
  event.preventDefault();
  if (!(shortcut.once && event.repeat)) perform(shortcut.action);
});

store.actions.start().then(store.guide.start);
