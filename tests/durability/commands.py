"""Commands at random, each with what is to be believed once it was acknowledged, and what before."""

import io
import itertools
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np

from model.clock import Position, Unit, moved
from tests.durability.belief import Belief, Entry, Span, at, in_effect
from tests.durability.life import NEW, Command, Life, World

MOST_SESSIONS = 6
FEWEST_SESSIONS = 2  # Where there is none, the next server makes one.


def _standing(belief: Belief) -> bool:
    return not belief.running


# ── Being there ──


def create(life: Life) -> None:
    if life.alive >= MOST_SESSIONS:
        return
    kind = life.random.choice(life.kinds)
    name = f"session {life.random.randrange(1000)}"
    config = kind.config.model_dump(mode="json") | {"name": name}
    life.ask("POST", "", {NEW: Belief(name, kind, at(0), kind.ops, at(0))}, json=config)


def delete(life: Life) -> None:
    chosen = life.choose(lambda _: True) if life.alive > FEWEST_SESSIONS else None
    if chosen is None:
        return
    session_id, belief = chosen
    # A session that runs is paused first, and saved.
    paused = _paused(belief) if belief.running else belief
    life.ask("DELETE", f"/{session_id}", {session_id: replace(paused, deleted=True)}, {session_id: paused})


def restore(life: Life) -> None:
    chosen = life.any_of({key: belief for key, belief in life.world.items() if belief.deleted})
    if chosen is None or life.alive >= MOST_SESSIONS:
        return
    session_id, belief = chosen
    restored = replace(belief, deleted=False)
    answer = life.ask("POST", f"/{session_id}/restore", {session_id: restored})
    life.learn(session_id, restored.located(answer.json()))


def rename(life: Life) -> None:
    session_id, belief = _chosen(life)
    name = f"session {life.random.randrange(1000)}"
    life.ask("PATCH", f"/{session_id}", {session_id: replace(belief, name=name)}, json={"name": name})


def branch(life: Life) -> None:
    chosen = life.choose(lambda _: True)
    if chosen is None or life.alive >= MOST_SESSIONS:
        return
    session_id, belief = chosen
    wanted: dict[str, Any] = {}
    step, op = belief.step.low, belief.op
    if belief.running or life.random.random() < 0.5:
        step, op = life.random.randint(0, belief.last_step.low), belief.kind.ops
        wanted["step"] = step
    changes = [change for change in in_effect(belief.log) if change.step.exact <= step]
    if life.random.random() < 0.5:
        wanted["training"] = {"learning_rate": life.random.choice(RATES)}
        changes.append(Entry("set_learning_rate", {"value": wanted["training"]["learning_rate"]}, at(step), op))
    if life.random.random() < 0.5:
        wanted["name"] = f"session {life.random.randrange(1000)}"
    new = Belief(
        name=wanted.get("name") or _name_of_branch(life.world, belief.name),
        kind=belief.kind,
        step=at(step),
        op=op,
        last_step=at(step),
        log=(*changes, Entry("branch", {"from": session_id}, at(step), op)),
        parent={"id": session_id, "step": step},
    )
    life.ask("POST", f"/{session_id}/branch", {NEW: new}, json=wanted)


def export(life: Life) -> None:
    session_id, belief = _chosen(life)
    content = life.ask("GET", f"/{session_id}/export", {}).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        written = json.loads(archive.read("session.json"))
    position = {"step": written["step"], "op": written["op"]}
    info = {"position": position, "last_step": written["last_step"], "running": False}
    life.files.append((content, replace(belief.located(info), parent=None)))


def import_file(life: Life) -> None:
    if not life.files or life.alive >= MOST_SESSIONS:
        return
    content, belief = life.random.choice(life.files)
    life.ask("POST", "/import", {NEW: belief}, content=content, headers={"content-type": "application/zip"})


# ── Moving ──


def advance(life: Life) -> None:
    chosen = life.choose(_standing)
    if chosen is None:
        return
    session_id, belief = chosen
    network = belief.kind.network
    here = Position(belief.step.exact, belief.exact_op, network.ops)
    most: dict[Unit, int] = {"op": 2 * network.ops, "pass": 5, "step": 40 if belief.kind.is_slow else 4000}
    unit = life.random.choice(list(most))
    count = life.random.randint(-most[unit], most[unit])
    target = moved(here, network.forward_ops, unit, count)
    if target.step < 0:
        count = 1
        target = moved(here, network.forward_ops, unit, count)
    _move(life, session_id, belief, target, "advance", {"unit": unit, "count": count})


def seek(life: Life) -> None:
    chosen = life.choose(_standing)
    if chosen is None:
        return
    session_id, belief = chosen
    ops = belief.kind.ops
    target = Position(life.random.randint(0, belief.last_step.exact), life.random.choice((ops, ops, 0, 7)), ops)
    _move(life, session_id, belief, target, "seek", {"step": target.step, "op": target.op})


def _move(life: Life, session_id: str, belief: Belief, target: Position, kind: str, body: Mapping[str, Any]) -> None:
    here, last_step = belief.step.exact, belief.last_step.exact
    furthest = max(last_step, target.step)
    entry = Entry(kind, body, at(target.step), target.op)
    still = replace(belief, was_killed=False)
    there = replace(still, log=(*belief.log, entry), step=at(target.step), op=target.op, last_step=at(furthest))
    # It is saved now and then on the way, which going back begins at a checkpoint.
    way = Span(here if target.step >= here else 0, target.step)
    on_the_way = replace(still, step=way, op=belief.kind.ops, last_step=Span(last_step, furthest))
    answer = life.ask("POST", f"/{session_id}/{kind}", {session_id: there}, {session_id: on_the_way}, json=body)
    found = answer.json()["position"]
    assert (found["step"], found["op"]) == (target.step, target.op)


def run(life: Life) -> None:
    session_id, belief = _chosen(life)
    here = belief.step.low
    wanted: dict[str, Any] = {}
    if belief.kind.is_slow:
        wanted["steps_per_second"] = 100.0
    elif life.random.random() < 0.8:
        wanted["steps_per_second"] = life.random.choice((300.0, 3000.0, 20000.0))
    if _standing(belief) and life.random.random() < 0.4:
        wanted["until_step"] = here + life.random.randint(0, 1000)
    before = _paused(belief) if belief.running else belief
    running = replace(
        before,
        log=(*before.log, Entry("run", wanted, before.step, before.op)),
        until=wanted.get("until_step", inf),
        step=Span(here, wanted.get("until_step", inf)),
        op=None,
        last_step=Span(before.last_step.low, inf),
        was_killed=False,
    )
    life.ask("POST", f"/{session_id}/run", {session_id: running}, {session_id: before}, json=wanted)


def pause(life: Life) -> None:
    chosen = life.choose(lambda belief: belief.running)
    if chosen is None:
        return
    session_id, belief = chosen
    paused = _paused(belief)
    position = life.ask("POST", f"/{session_id}/pause", {session_id: paused}).json()["position"]
    last_step = max(belief.last_step.low, position["step"])
    info = {"position": position, "last_step": last_step, "running": False}
    life.learn(session_id, paused.located(info))


def look(life: Life) -> None:
    session_id, belief = _chosen(life)
    info = life.ask("GET", f"/{session_id}", {}).json()
    there = belief.located(info)
    if not there.running:  # Where it is seen while it runs nobody has acknowledged.
        life.learn(session_id, there)


def _paused(belief: Belief) -> Belief:
    """A running session, paused wherever it is by now, or ended by itself before."""
    assert belief.until is not None
    way = Span(belief.step.low, belief.until)
    entry = Entry("pause", {}, way, None)
    return replace(belief, log=(*belief.log, entry), until=None, step=way, op=None)


# ── Changing ──

RATES = (0.0, 0.01, 0.05, 0.1, 0.3)
CLIPPINGS = (None, {"by": "norm", "threshold": 0.5}, {"by": "value", "threshold": 0.01})
# None of these makes training diverge.
TRAPS: tuple[list[dict[str, Any]], ...] = (
    [],
    [{"name": "embedding_assigned", "threshold": None}],
    [{"name": "loss_clipping", "threshold": 3.0}, {"name": "gain_forgotten", "threshold": None}],
)
OUTLIERS = (None, {"count": 1, "seed": 0}, {"count": 3, "seed": 5})
# What can be changed of training, in the order in which the log has it.
CHANGES: dict[str, Sequence[Any]] = {
    "learning_rate": RATES,
    "clipping": CLIPPINGS,
    "traps": TRAPS,
    "outliers": OUTLIERS,
}


def _said(field: str) -> str:
    """What the log's body calls it."""
    return "value" if field == "learning_rate" else field


def set_parameter(life: Life) -> None:
    session_id, belief = _chosen(life)
    network = belief.kind.network
    name = life.random.choice(network.parameters)
    numbers = np.random.default_rng(life.random.getrandbits(64))
    buffer = io.BytesIO()
    np.save(buffer, numbers.normal(0, 0.3, network.tensors[name].shape).astype(np.float32), allow_pickle=False)
    value = buffer.getvalue()
    headers = {"content-type": "application/x-npy"}
    changes = [Entry("set_parameter", {"name": name}, belief.step, belief.op, value)]
    _change(life, session_id, belief, changes, "PUT", f"/tensors/{name}", content=value, headers=headers)


def change_training(life: Life) -> None:
    session_id, belief = _chosen(life)
    # The kernel has no wrong rules: in its sessions traps would make another engine step, and not what is to be killed.
    offered = [*CHANGES] if belief.kind.is_slow else [field for field in CHANGES if field != "traps"]
    chosen = life.random.sample(offered, life.random.choice((1, 1, 2)))
    wanted = {field: life.random.choice(CHANGES[field]) for field in CHANGES if field in chosen}
    changes = [Entry(f"set_{field}", {_said(field): value}, belief.step, belief.op) for field, value in wanted.items()]
    _change(life, session_id, belief, changes, "PATCH", "/training", json=wanted)


def _change(
    life: Life, session_id: str, belief: Belief, changes: list[Entry], method: str, path: str, **options: Any
) -> None:
    discards = life.random.random() < 0.6
    if discards:
        options["params"] = {"later": "discard"}
    way = belief.step if belief.until is None else Span(belief.step.low, belief.until)
    then = {session_id: _changed(belief, changes, way, discards=discards)}
    answer = life.ask(method, f"/{session_id}{path}", then, refusals=() if discards else (409,), **options)
    if answer.status_code == 409:
        assert belief.running or belief.step.exact < belief.last_step.exact, answer.text
        return
    step = at(answer.json()["position"]["step"])
    life.learn(session_id, _changed(belief, changes, step, discards=discards).located(answer.json()))


def _changed(belief: Belief, changes: list[Entry], step: Span, *, discards: bool) -> Belief:
    """The session once these are made, at a step known only so far where it is running."""
    discard = [Entry("discard", {}, step, belief.op, is_certain=not belief.running)] if discards else []
    last_step = belief.last_step
    if belief.running:
        last_step = Span(step.low if discards else last_step.low, inf)
    elif discards and step.exact < last_step.exact:
        last_step = step
    else:
        discard = []
    made = [replace(change, step=step) for change in changes]
    return replace(belief, log=(*belief.log_by_now, *discard, *made), last_step=last_step)


# ── Within ──


def _chosen(life: Life) -> tuple[str, Belief]:
    chosen = life.choose(lambda _: True)
    assert chosen is not None
    return chosen


def _name_of_branch(world: World, name: str) -> str:
    taken = {belief.name for belief in world.values() if not belief.deleted}
    return next(branch for number in itertools.count(1) if (branch := f"{name}, branch {number}") not in taken)


COMMANDS: Mapping[str, Command] = {
    "create": create,
    "delete": delete,
    "restore": restore,
    "rename": rename,
    "branch": branch,
    "export": export,
    "import": import_file,
    "advance": advance,
    "seek": seek,
    "run": run,
    "pause": pause,
    "look": look,
    "set_parameter": set_parameter,
    "change_training": change_training,
}
