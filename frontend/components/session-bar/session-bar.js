/**
 * The page's header: which session is shown, a new one, the theme, a link to what is on show, and whether the server
 * answers.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Dataset, Session } from "../../types/wire"
 * @import { Theme } from "../../store/state.js"
 */

import { element, select, setOptions, setText } from "../../lib/dom.js";
import { whole } from "../../lib/format.js";
import { commandButton, updateButton } from "../../lib/page/command-button.js";
import { COMMANDS } from "../../lib/page/commands.js";
import { LOCKED, locked } from "../../lib/page/controls.js";
import { View } from "../../lib/view.js";

/** @type {Record<Theme, string>} */
const THEMES = { auto: "Theme: auto", light: "Theme: light", dark: "Theme: dark", contrast: "Theme: contrast" };
const CONNECTIONS = { connecting: "connecting …", open: "live", lost: "server lost, trying again …" };

/** @typedef {{ action: "new-session" | "sessions" | "compare", text: string, says: string }} Maker */

/** @type {Maker[]} */
const MAKERS = [
  { action: "new-session", text: "New session …", says: "A new network, on the same or other words" },
  { action: "sessions", text: "Sessions …", says: "All sessions and their branches" },
  { action: "compare", text: "Compare …", says: "Beside another session, or itself with one thing changed" },
];

/** @param {number[]} sizes */
function layers(sizes) {
  const alike = sizes.length > 3 && sizes.every((size) => size === sizes[0]);
  return alike ? `${sizes.length} × ${sizes[0]}` : sizes.join("-");
}

/** @param {Session} session @param {Dataset | null} dataset */
function describe({ config, parameters }, dataset) {
  const { hidden_sizes, batch_norm, granularity } = config.model;
  const norm = { none: "no batch norm", hidden: "batch norm", all: "batch norm, on logits too" }[batch_norm];
  return `${dataset?.name ?? config.data.dataset} · ${layers(hidden_sizes)} hidden · ${norm} · ${granularity}`
    + ` · batch ${config.training.batch_size} · ${whole(parameters)} parameters`;
}

/** Its name, with the id where another one has the same. @param {Session} session @param {Session[]} all */
function option({ id, name }, all) {
  const alone = all.filter((other) => other.name === name).length === 1;
  return { value: id, text: alone ? name : `${name} (${id})` };
}

export class SessionBar extends View {
  #facts = element("p", { class: "facts" });
  #connection = element("span", { class: "connection", role: "status" });
  #sessions = element("select");
  #locked = element("span", { class: "locked", title: LOCKED }, "Locked by this link");
  #themes = element("select");
  /** What makes or opens sessions. @type {HTMLButtonElement[]} */
  #makers = [];
  /** @type {HTMLButtonElement | null} */
  #copyLink = null;

  /** @override @param {Store} store */
  build(store) {
    const { actions, session } = store;
    this.#sessions = select({ id: "session", "aria-label": "Session" }, (id) => {
      actions.openSession(id);
      // It names what is shown: the chosen one once it is open, which fails where it was deleted meanwhile.
      this.#sessions.value = session.peek()?.id ?? "";
    });
    for (const event of ["focus", "pointerdown"]) this.#sessions.addEventListener(event, actions.refresh);
    this.#themes = select({ id: "theme", "aria-label": "Theme" },
      (theme) => actions.setTheme(/** @type {Theme} */ (theme)));
    setOptions(this.#themes, Object.entries(THEMES).map(([value, text]) => ({ value, text })), "auto");
    this.#makers = MAKERS.map(({ action, text, says }) => element("button", {
      type: "button", "data-action": action, title: says, onclick: () => this.#ask(action),
    }, text));
    this.#copyLink = commandButton("copy-link", store);
    this.append(
      element("h1", {}, "Gradient Flow"),
      this.#sessions,
      ...this.#makers,
      element("button", {
        type: "button", "data-action": "learn", title: "Lessons in chapters, which set the page", onclick: () => this.#ask("learn"),
      }, "Learn …"),
      this.#facts,
      this.#locked,
      this.#connection,
      this.#copyLink,
      this.#themes,
      element("button", {
        type: "button", "data-action": "help", title: "What the keyboard does [?]", "aria-label": "Keyboard shortcuts",
        onclick: () => this.#ask("help"),
      }, "?"),
    );
  }

  /** For what stands elsewhere on the page. @param {Maker["action"] | "help" | "learn"} what */
  #ask(what) {
    this.dispatchEvent(new CustomEvent(what, { bubbles: true }));
  }

  /** @override @param {Store} store */
  update(store) {
    const { sessions, session, dataset, theme, connection } = store;
    const reason = locked(store);
    for (const [i, { says }] of MAKERS.entries()) {
      this.#makers[i].disabled = reason !== null;
      this.#makers[i].title = reason ?? says;
    }
    this.#sessions.disabled = reason !== null;
    this.#locked.hidden = store.choices.value.controls !== "locked";
    if (this.#copyLink) updateButton(this.#copyLink, COMMANDS["copy-link"], store);
    setOptions(this.#sessions, sessions.value.map((each) => option(each, sessions.value)), session.value?.id ?? "");
    const facts = session.value ? describe(session.value, dataset.value) : "";
    setText(this.#facts, facts);
    this.#facts.title = facts;
    this.#themes.value = theme.value;
    setText(this.#connection, CONNECTIONS[connection.value]);
    this.#connection.dataset.state = connection.value;
  }
}

customElements.define("session-bar", SessionBar);
