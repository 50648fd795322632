/**
 * Signals: values that know who reads them.
 *
 * An effect runs at once and again whenever a value it read has changed; what it reads is found anew on every run.
 * A computed value is worked out when somebody asks, and only if something it read has changed. Equal values
 * (`Object.is`) are no change, so an effect behind a computed value rests while that value stays the same.
 */

/** @template T @typedef {{ readonly value: T, peek(): T }} ReadonlySignal */
/** @typedef {{ version: number, readers: Set<Reader>, refresh(): void }} Source */
/** @typedef {{ seen: Map<Source, number>, invalidate(): void }} Reader */

/** @typedef {{ now: () => number, wait: (then: () => void, pause: number) => unknown }} Clock */
/** @type {Clock} */
const CLOCK = { now: () => performance.now(), wait: (then, pause) => setTimeout(then, pause) };

/** @type {Reader | null} The computed value or effect that is running now. */
let reading = null;
let batches = 0;
/** @type {Set<Effect>} */
const due = new Set();

/** @param {Source} source */
function subscribe(source) {
  if (!reading) return;
  source.readers.add(reading);
  reading.seen.set(source, source.version);
}

/** @param {Reader} reader */
function forget(reader) {
  for (const source of reader.seen.keys()) source.readers.delete(reader);
  reader.seen.clear();
}

/** Whether anything the reader has seen is of another version by now. @param {Reader} reader */
function outdated(reader) {
  for (const [source, version] of reader.seen) {
    source.refresh();
    if (source.version !== version) return true;
  }
  return false;
}

/** Runs `body` and notes which sources it reads. @template T @param {Reader} reader @param {() => T} body */
function track(reader, body) {
  forget(reader);
  const outer = reading;
  reading = reader;
  try {
    return body();
  } finally {
    reading = outer;
  }
}

/** @template T */
class Signal {
  /** @type {Set<Reader>} */
  readers = new Set();
  version = 0;
  /** @type {T} */
  #value;

  /** @param {T} value */
  constructor(value) {
    this.#value = value;
  }

  get value() {
    subscribe(this);
    return this.#value;
  }

  set value(next) {
    if (Object.is(next, this.#value)) return;
    this.#value = next;
    this.version++;
    batch(() => [...this.readers].forEach((reader) => reader.invalidate()));
  }

  /** The value, without subscribing to it. */
  peek() {
    return this.#value;
  }

  refresh() {}
}

/** @template T */
class Computed {
  /** @type {Set<Reader>} */
  readers = new Set();
  /** @type {Map<Source, number>} */
  seen = new Map();
  version = 0;
  #stale = true;
  /** @type {() => T} */
  #compute;
  /** @type {T | undefined} */
  #value;

  /** @param {() => T} compute */
  constructor(compute) {
    this.#compute = compute;
  }

  get value() {
    this.refresh();
    subscribe(this);
    return /** @type {T} */ (this.#value);
  }

  peek() {
    this.refresh();
    return /** @type {T} */ (this.#value);
  }

  invalidate() {
    if (this.#stale) return;
    this.#stale = true;
    [...this.readers].forEach((reader) => reader.invalidate());
  }

  refresh() {
    if (!this.#stale) return;
    if (this.version === 0 || outdated(this)) {
      const next = track(this, this.#compute);
      if (this.version === 0 || !Object.is(next, this.#value)) this.version++;
      this.#value = next;
    }
    this.#stale = false;
  }
}

class Effect {
  /** @type {Map<Source, number>} */
  seen = new Map();
  #body;

  /** @param {() => void} body */
  constructor(body) {
    this.#body = body;
  }

  invalidate() {
    due.add(this);
  }

  run() {
    track(this, this.#body);
  }

  stop() {
    due.delete(this);
    forget(this);
  }
}

/** An effect that holds itself back to a beat. All that keep to one beat run together. */
class PacedEffect extends Effect {
  #pause;
  #clock;
  #ranIn = NaN;
  #isHeldBack = false;
  #isStopped = false;

  /** @param {() => void} body @param {() => number} pause @param {Clock} clock */
  constructor(body, pause, clock) {
    super(body);
    this.#pause = pause;
    this.#clock = clock;
  }

  /** @override */
  run() {
    const [now, pause] = [this.#clock.now(), this.#pause()];
    const beat = Math.floor(now / pause);
    if (pause === 0 || beat !== this.#ranIn) {
      this.#ranIn = beat;
      super.run();
    } else if (!this.#isHeldBack) {
      this.#isHeldBack = true;
      this.#clock.wait(() => this.#go(), (beat + 1) * pause - now);
    }
  }

  #go() {
    this.#isHeldBack = false;
    if (!this.#isStopped && outdated(this)) batch(() => this.run());
  }

  /** @override */
  stop() {
    this.#isStopped = true;
    super.stop();
  }
}

/** A value that can be set. @template T @param {T} value */
export function signal(value) {
  return new Signal(value);
}

/** A value that follows from others. @template T @param {() => T} compute @returns {ReadonlySignal<T>} */
export function computed(compute) {
  return new Computed(compute);
}

/**
 * Runs `body` now and whenever what it read has changed.
 * @param {() => void} body
 * @returns {() => void} ends the effect
 */
export function effect(body) {
  const running = new Effect(body);
  running.run();
  return () => running.stop();
}

/**
 * An effect of what changes faster than it is worth: it runs once in so many milliseconds at most, and what changed
 * meanwhile is made up for after them. These stretches of time are the same for all effects, so that one
 * frame has the work of all of them, and those between it and the next none.
 * @param {() => void} body
 * @param {() => number} pause  Asked each time; 0: at once.
 * @param {Clock} [clock]
 * @returns {() => void} ends the effect
 */
export function pacedEffect(body, pause, clock = CLOCK) {
  const running = new PacedEffect(body, pause, clock);
  running.run();
  return () => running.stop();
}

/** Several changes as one: effects run once, when the outermost batch ends. @param {() => void} change */
export function batch(change) {
  batches++;
  try {
    change();
  } finally {
    if (batches === 1) settle();
    batches--;
  }
}

/** Runs the effects that are due, and those which they make due. One that fails keeps no other from running. */
function settle() {
  for (const next of due) {
    due.delete(next);
    try {
      if (outdated(next)) next.run();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
