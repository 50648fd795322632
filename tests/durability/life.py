"""A life of sessions: what was done to them over however many servers, and what is believed of them since."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx2

from tests.durability.belief import Belief, Untrue
from tests.durability.kinds import Kind

NEW = ""  # What a session is called whose id nobody has told yet.

World = Mapping[str, Belief]  # Sessions by id, the deleted ones too


@dataclass
class Life:
    """`world` is what was acknowledged; `possible` is what else there may be, of the command under way."""

    random: Random
    kinds: tuple[Kind, ...]
    world: World
    client: httpx2.Client
    possible: tuple[World, ...] = ()
    files: list[tuple[bytes, Belief]] = field(default_factory=list)  # Exported, and what becomes of an import
    under_way: str | None = None
    acknowledged: Counter[str] = field(default_factory=Counter)

    def give(self, name: str, command: "Command") -> None:
        """Give a command; httpx2.TransportError where the server is gone meanwhile."""
        self.under_way = name
        command(self)
        self.under_way = None

    def ask(
        self, method: str, path: str, then: World, *or_else: World, refusals: tuple[int, ...] = (), **options: Any
    ) -> httpx2.Response:
        """Have a session changed: once it is answered, `then` is true, and until then any of these, or nothing new."""
        self.possible = tuple({**self.world, **changes} for changes in (then, *or_else))
        answer = self.client.request(method, f"/api/sessions{path}", **options)
        if answer.status_code not in refusals:
            assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
            self.acknowledged[self.under_way or ""] += 1
            self.world = self.possible[0]
            if NEW in self.world:
                self.world = _named(self.world, answer.json()["id"])
        self.possible = ()
        return answer

    def learn(self, session_id: str, belief: Belief) -> None:
        """Believe this of a session from now on."""
        self.world = {**self.world, session_id: belief}

    def choose(self, fits: Callable[[Belief], bool]) -> tuple[str, Belief] | None:
        """Any session that is not deleted and fits."""
        return self.any_of({key: each for key, each in self.world.items() if not each.deleted and fits(each)})

    def any_of(self, sessions: World) -> tuple[str, Belief] | None:
        return self.random.choice(list(sessions.items())) if sessions else None

    @property
    def alive(self) -> int:
        """How many sessions are not deleted."""
        return sum(not belief.deleted for belief in self.world.values())

    def settle(self, infos: Mapping[str, Any], logs: Mapping[str, Any]) -> None:
        """Find out which of the worlds that are possible is the one, after the server was killed. Raises Untrue."""
        complaints = []
        for world in (self.world, *self.possible):
            try:
                self.world = _found_again(world, infos, logs)
            except Untrue as complaint:
                complaints.append(str(complaint))
            else:
                self.possible, self.under_way = (), None
                return
        raise Untrue(f"under way was {self.under_way}; possible was, but is not:\n" + "\n".join(complaints))


Command = Callable[[Life], None]


def _named(world: World, session_id: str) -> World:
    return {session_id if key == NEW else key: belief for key, belief in world.items()}


def _found_again(world: World, infos: Mapping[str, Any], logs: Mapping[str, Any]) -> World:
    strangers = list(infos.keys() - world.keys())
    if NEW in world and len(strangers) == 1:
        world, strangers = _named(world, strangers[0]), []
    alive = {key for key, belief in world.items() if not belief.deleted}
    if strangers or alive != infos.keys():
        raise Untrue(f"there are sessions {sorted(infos)}; believed: {sorted(alive)}")
    found = dict(world)
    for key in alive:
        try:
            found[key] = world[key].found_again(infos[key], logs[key])
        except Untrue as complaint:
            raise Untrue(f"session {key}: {complaint}") from None
    return found
