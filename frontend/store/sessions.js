/**
 * The sessions there are, and which of them is open: its network, its stream and what it has behind it.
 *
 * @import { BranchWanted, Network, Session } from "../types/wire"
 * @import { Api, NewSession } from "../api.js"
 * @import { Connection, Stream } from "../stream.js"
 * @import { Choices } from "../lib/page/choices.js"
 * @import { initialState } from "./state.js"
 * @import { createNotices } from "./notices.js"
 * @import { FrameHandlers } from "./store.js"
 */

import { EMPTY } from "../lib/learning/history.js";
import { batch } from "../lib/signals.js";

/**
 * @typedef {object} Surroundings
 * @property {Api} api
 * @property {ReturnType<typeof initialState>} state
 * @property {ReturnType<typeof createNotices>} notices
 * @property {(session: string, handlers: FrameHandlers) => Stream} openStream
 * @property {FrameHandlers["frame"]} take  What is done with a frame.
 * @property {() => void} reset  Nothing of the session before is to stay.
 * @property {(session: Session) => Promise<unknown>} read  Reads what the session has behind it.
 * @property {(name: keyof Choices, value: string) => void} choose
 */

/** @param {Surroundings} surroundings */
export function createSessions({ api, state, notices, openStream, take, reset, read, choose }) {
  /** @type {Stream | null} */
  let stream = null;
  /** What the stream is told to show. */
  let wanted = "[]";
  let openings = 0;

  const current = () => state.session.peek()?.id ?? null;

  function closeStream() {
    stream?.close();
    stream = null;
  }

  /** @param {Connection} next */
  function connection(next) {
    const before = state.connection.peek();
    state.connection.value = next;
    if (next === "open" && before === "lost") openAny(current()).catch(notices.report);
  }

  /** Reads anew what others may have made or deleted meanwhile. */
  async function refresh() {
    const [sessions, datasets] = await Promise.all([api.sessions(), api.datasets()]);
    batch(() => {
      state.sessions.value = sessions;
      state.datasets.value = datasets;
    });
  }

  /** Of the session before nothing is known any more. @param {Session | null} session @param {Network | null} network */
  function begin(session, network) {
    closeStream();
    batch(() => {
      state.session.value = session;
      state.network.value = network;
      state.frame.value = null;
      state.history.value = EMPTY;
      state.timeline.value = null;
      state.verification.value = null;
      state.explanation.value = null;
      state.dismissed.value = { stopped: null, divergence: null };
      reset();
    });
  }

  /** @param {string} id */
  async function open(id) {
    const opening = ++openings;
    const [session, network] = await Promise.all([api.session(id), api.network(id), refresh()]);
    if (opening !== openings) return;
    batch(() => {
      begin(session, network);
      choose("session", id);
    });
    stream = openStream(id, {
      frame: take, connection, error: notices.notice, gone: () => void openAny(null).catch(notices.report),
    });
    stream.show(JSON.parse(wanted));
    await read(session);
  }

  /**
   * Opens the session of that id or, where there is none, the first; a server always has one to show.
   * @param {string | null} id @param {Session[]} [listed]  Those that there are, where they have just been read.
   */
  async function openAny(id, listed) {
    const sessions = listed ?? (await api.sessions());
    const first = sessions.find((session) => session.id === id) ?? sessions[0] ?? (await api.createSession({}));
    await open(first.id);
  }

  /** @param {string} id @param {boolean} wasOpen */
  async function restore(id, wasOpen) {
    await api.restore(id);
    await (wasOpen ? open(id) : refresh());
  }

  /** None is open any more. */
  function close() {
    openings++;
    begin(null, null);
  }

  return {
    open,
    openAny,
    close,
    refresh,
    /** @param {string} views  As text. */
    show(views) {
      wanted = views;
      stream?.show(JSON.parse(views));
    },
    /** @param {NewSession} config */
    create: async (config) => open((await api.createSession(config)).id),
    /** @param {string} id @param {BranchWanted} branch */
    branch: async (id, branch) => open((await api.branch(id, branch)).id),
    /** @param {Blob} file */
    add: async (file) => open((await api.importSession(file)).id),
    /** @param {string} id @param {string} name */
    async rename(id, name) {
      const renamed = await api.rename(id, name);
      if (current() === id) state.session.value = renamed;
      await refresh();
    },
    /** It can be undone; where it was open, another one is. @param {Pick<Session, "id" | "name">} session */
    async remove({ id, name }) {
      const wasOpen = current() === id;
      // The stream would say that the session was deleted, which whoever did it knows.
      if (wasOpen) closeStream();
      try {
        await api.remove(id);
        notices.offer(`Deleted “${name}”.`, "Undo", () => restore(id, wasOpen).catch(notices.report));
      } finally {
        await (wasOpen ? openAny(id) : refresh());
      }
    },
  };
}
