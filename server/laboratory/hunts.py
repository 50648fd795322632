"""A session's hunts for hidden traps, as its log tells of them, and the score."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from model.hunt import HINTS, MOST_POINTS, Hunt, hints, hunt_called, judge, sheet
from model.network import Network
from model.trap import MISTAKES, Trap
from model.traps import TRAPS
from server.errors import Conflict, Invalid
from server.laboratory.description import describe_trap
from server.laboratory.schemas import (
    HuntAnswer,
    HuntedOp,
    HuntInfo,
    Hunting,
    HuntResult,
    MistakeInfo,
    ScoreInfo,
    SheetTask,
)
from server.log import Command


@dataclass(frozen=True)
class _Taken:
    """What somebody did about one hidden trap."""

    hints: int = 0
    answer: HuntAnswer | None = None


class Hunts:
    """By the hidden traps' names: to hide one again that was answered does not begin it anew."""

    def __init__(self, commands: Iterable[Command] = ()) -> None:
        """Begin with the hints and answers of a log. Raises ValueError where one is not as it should be."""
        self.commands: list[Command] = []
        self._taken: dict[str, _Taken] = {}
        for command in commands:
            if command.kind in ("hint", "answer"):
                self.take(command)

    def take(self, command: Command) -> None:
        """Go by another hint or answer."""
        body = dict(command.body)
        name = str(body.pop("hunt", None))
        if hunt_called(name) is None:
            raise ValueError(f"command {command.number}, {command.kind}, is of no hunt")
        before = self._of(name)
        if command.kind == "hint":
            self._taken[name] = replace(before, hints=min(before.hints + 1, HINTS))
        else:
            self._taken[name] = replace(before, answer=HuntAnswer.model_validate(body))
        self.commands.append(command)

    def check(self, network: Network) -> None:
        """Raise ValueError where there was a hunt that this network has nothing to hide for."""
        for name in self._taken:
            hunt = hunt_called(name)
            if hunt is None or hunt.trap(network) is None:
                raise ValueError(f"the log tells of {name}, which this network has no place for")

    def is_open(self, name: str) -> bool:
        """Whether this is the name of a hidden trap that has not been answered."""
        return hunt_called(name) is not None and self._of(name).answer is None

    def own_name(self, name: str, network: Network) -> str:
        """An armed trap as people are told of it: by its own name, once it has been answered."""
        hunt = hunt_called(name)
        return name if hunt is None or self.is_open(name) else _hidden(hunt, network)

    def check_hint(self, name: str | None) -> str:
        """The hunt that may be given another hint. Raises Conflict."""
        name = self._check_open(name)
        if self._of(name).hints == HINTS:
            raise Conflict(f"all {HINTS} hints of {name} were given: answer, or hide another")
        return name

    def check_answer(self, name: str | None, answer: HuntAnswer, network: Network) -> str:
        """The hunt that may be answered so. Raises Conflict, or Invalid where there is no such op or mistake."""
        name = self._check_open(name)
        outputs = [call.output for call in network.calls]
        if answer.op not in outputs:
            raise Invalid(f"op: there is no op that computes {answer.op!r}; there are: {', '.join(outputs)}")
        if answer.mistake not in MISTAKES:
            raise Invalid(f"mistake: there is none called {answer.mistake!r}; there are: {', '.join(MISTAKES)}")
        return name

    def describe(self, name: str | None, network: Network) -> Hunting:
        """The hunt of this name, if one is armed, and all there is to choose from."""
        hunt = None if name is None else hunt_called(name)
        return Hunting(
            hunt=None if hunt is None else self._describe(hunt, network),
            score=self._score(network),
            ops=[HuntedOp(op=call.output, code=call.code) for call in network.calls],
            mistakes=[MistakeInfo(name=each, text=text) for each, text in MISTAKES.items()],
        )

    def _describe(self, hunt: Hunt, network: Network) -> HuntInfo:
        taken, hidden = self._of(hunt.name), _hidden(hunt, network)
        return HuntInfo(
            name=hunt.name,
            difficulty=hunt.difficulty,
            hints=list(hints(TRAPS[hidden], network)[: taken.hints]),
            hints_left=HINTS - taken.hints if taken.answer is None else 0,
            result=_result(TRAPS[hidden], network, taken),
            trap=None if taken.answer is None else describe_trap(hidden, network),
        )

    def _score(self, network: Network) -> ScoreInfo:
        results = []
        for name, taken in self._taken.items():
            hunt = hunt_called(name)
            result = None if hunt is None else _result(TRAPS[_hidden(hunt, network)], network, taken)
            if result is not None:
                results.append(result)
        return ScoreInfo(
            points=sum(result.points for result in results),
            most=MOST_POINTS * len(results),
            found=sum(result.op_is_right and result.mistake_is_right for result in results),
            answered=len(results),
        )

    def _check_open(self, name: str | None) -> str:
        if name is None or not self.is_open(name):
            raise Conflict(
                "no trap is hidden in this session now: PATCH …/training "
                '{"traps": [{"name": "hidden-1-7"}]} hides one, of difficulty 1 and seed 7'
            )
        return name

    def _of(self, name: str) -> _Taken:
        return self._taken.get(name, _Taken())


def describe_sheet(network: Network, seed: int, *, answers: bool) -> list[SheetTask]:
    """Tasks for a class: the same for all who make a session of this config."""
    tasks = []
    for hunt in sheet(network, seed):
        trap = TRAPS[_hidden(hunt, network)]
        tasks.append(
            SheetTask(
                name=hunt.name,
                difficulty=hunt.difficulty,
                title=trap.title if answers else None,
                ops=[place.call.output for place in trap.places(network)] if answers else None,
                mistake=trap.mistake if answers else None,
            )
        )
    return tasks


def _hidden(hunt: Hunt, network: Network) -> str:
    name = hunt.trap(network)
    assert name is not None, f"{hunt.name} was armed, and there is nothing behind it"
    return name


def _result(trap: Trap, network: Network, taken: _Taken) -> HuntResult | None:
    if taken.answer is None:
        return None
    judgement = judge(trap, network, taken.answer.op, taken.answer.mistake)
    return HuntResult(
        op=taken.answer.op,
        mistake=taken.answer.mistake,
        op_is_right=judgement.op,
        mistake_is_right=judgement.mistake,
        points=judgement.points(taken.hints),
    )
