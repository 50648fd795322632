/**
 * The page's one state. Views read its signals and dispatch its actions; nothing else writes.
 *
 * What a session's tensors are at a position comes from the newest stream frame alone, so everything on show belongs
 * together; REST answers say only whether a command was taken.
 *
 * @import { View } from "./types/wire"
 * @import { Api, NewSession, Unit } from "./api.js"
 * @import { Connection, Handlers, Stream } from "./stream.js"
 * @import { Frame } from "./frames.js"
 * @import { Choices } from "./lib/choices.js"
 * @import { Theme } from "./state.js"
 */

import { ApiError } from "./api.js";
import { DEFAULTS } from "./lib/choices.js";
import { commandQueue } from "./lib/command-queue.js";
import { EMPTY, append, toSeries } from "./lib/history.js";
import { batch, effect } from "./lib/signals.js";
import { derive, initialState, readOnly } from "./state.js";

const METRIC_POINTS = 2000;

/**
 * @typedef {Omit<Handlers, "frame"> & { frame: (frame: Frame) => void }} FrameHandlers
 *
 * @typedef {object} Surroundings
 * @property {Api} api
 * @property {(session: string, handlers: FrameHandlers) => Stream} openStream
 * @property {Choices} [choices]
 * @property {Theme} [theme]
 *
 * @typedef {ReturnType<typeof createStore>} Store
 */

/** @param {Surroundings} surroundings */
export function createStore({ api, openStream, choices = DEFAULTS, theme = "auto" }) {
  const state = initialState(choices, theme);
  const derived = derive(state);
  /** @type {Stream | null} */
  let stream = null;
  /** A run was asked for, and perhaps no frame has said so yet. */
  let started = false;
  let notices = 0;
  let openings = 0;

  effect(() => {
    const views = derived.views.value;
    stream?.show(JSON.parse(views));
  });

  /** @param {unknown} error */
  function report(error) {
    if (!(error instanceof ApiError)) throw error;
    notice(error.message);
  }

  /** @param {string} text */
  function notice(text) {
    if (state.notices.peek().some((shown) => shown.text === text)) return;
    state.notices.value = [...state.notices.peek(), { id: ++notices, text }];
  }

  const current = () => state.session.peek()?.id ?? null;

  const queue = commandQueue(report);

  /** Does something to the session that is open by then. @param {(id: string) => Promise<unknown>} act */
  const command = (act) => queue.add(() => withSession(act));

  /** @param {(id: string) => Promise<unknown>} act */
  async function withSession(act) {
    const id = current();
    if (id !== null) await act(id);
  }

  /** @param {Frame} frame */
  function take(frame) {
    if (frame.info.session !== current()) return;
    const { loss } = frame.info.metrics;
    batch(() => {
      state.frame.value = frame;
      if (loss) state.history.value = append(state.history.peek(), loss);
    });
  }

  /** Steps that frames brought meanwhile come after those which the server has recorded. @param {string} id */
  async function loadHistory(id) {
    const { series } = await api.metrics(id, "loss", METRIC_POINTS);
    if (current() !== id || !series.loss) return;
    state.history.value = append(append(EMPTY, series.loss), toSeries(state.history.peek()));
  }

  /** @param {Connection} next */
  function connection(next) {
    const before = state.connection.peek();
    state.connection.value = next;
    if (next === "open" && before === "lost") openAny(current()).catch(report);
  }

  /** Opens the session of that id or, where there is none, the first; a server always has one to show. */
  async function openAny(/** @type {string | null} */ wanted) {
    const sessions = await api.sessions();
    const first = sessions.find(({ id }) => id === wanted) ?? sessions[0] ?? (await api.createSession({}));
    await openSession(first.id);
  }

  /** @param {string} id */
  async function openSession(id) {
    const opening = ++openings;
    const [session, network, sessions] = await Promise.all([api.session(id), api.network(id), api.sessions()]);
    if (opening !== openings) return;
    stream?.close();
    stream = null;
    started = false;
    batch(() => {
      state.sessions.value = sessions;
      state.session.value = session;
      state.network.value = network;
      state.frame.value = null;
      state.history.value = EMPTY;
      state.verification.value = null;
      choose("session", id);
    });
    stream = openStream(id, { frame: take, connection, error: notice, gone: () => void openAny(null).catch(report) });
    stream.show(JSON.parse(derived.views.peek()));
    await loadHistory(id);
  }

  async function start() {
    try {
      const [ops, datasets] = await Promise.all([api.ops(), api.datasets()]);
      state.ops.value = ops;
      state.datasets.value = datasets;
      await openAny(state.choices.peek().session);
    } catch (error) {
      report(error);
    }
  }

  /** @param {keyof Choices} name @param {string} value */
  function choose(name, value) {
    state.choices.value = { ...state.choices.peek(), [name]: value };
  }

  /** @param {string} id */
  async function run(id) {
    const { speed } = state.choices.peek();
    await api.run(id, speed === "max" ? undefined : Number(speed));
    started = true;
  }

  /** @param {string} id */
  async function pause(id) {
    if (!derived.running.peek() && !started) return;
    await api.pause(id);
    started = false;
  }

  const actions = {
    start,
    choose,
    openSession: (/** @type {string} */ id) => openSession(id).catch(report),
    /** Refused configs reject, so that the form can say why where it was filled in. */
    async createSession(/** @type {NewSession} */ config) {
      await openSession((await api.createSession(config)).id);
    },
    advance: (/** @type {Unit} */ unit, count = 1) => queue.move(unit, count, (all) => withSession(async (id) => {
      await pause(id);
      await api.advance(id, unit, all);
    })),
    run: () => command(run),
    pause: () => command(pause),
    setSpeed(/** @type {string} */ speed) {
      choose("speed", speed);
      if (derived.running.peek()) command(run);
    },
    async verify() {
      state.verifying.value = true;
      await command(async (id) => {
        const verification = await api.verification(id);
        if (current() === id) state.verification.value = verification;
      });
      state.verifying.value = false;
    },
    show(/** @type {string} */ panel, /** @type {View[]} */ views) {
      state.wishes.value = new Map(state.wishes.peek()).set(panel, views);
    },
    inspect(/** @type {string} */ tensor, contribution = "") {
      state.choices.value = { ...state.choices.peek(), follow: "off", tensor, contribution };
    },
    setTheme(/** @type {Theme} */ next) {
      state.theme.value = next;
    },
    dismiss(/** @type {number} */ id) {
      state.notices.value = state.notices.peek().filter((shown) => shown.id !== id);
    },
  };

  return { ...readOnly({ ...state, ...derived }), actions };
}
