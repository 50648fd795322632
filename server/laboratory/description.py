"""The table of traps, written out for the wire."""

from model.arming import Armed, InvalidTraps, replaced_by
from model.network import Network
from model.trap import Place
from model.traps import TRAPS
from server.laboratory.schemas import TrapInfo, TrapPlace, TwinInfo
from server.schemas.ops import SourceInfo


def describe_traps(network: Network) -> list[TrapInfo]:
    """All traps in the table's order, with their places in this network."""
    return [describe_trap(name, network) for name in TRAPS]


def describe_trap(name: str, network: Network) -> TrapInfo:
    """One trap of the table."""
    trap = TRAPS[name]
    return TrapInfo(
        name=name,
        title=trap.title,
        chapter=trap.chapter,
        why=trap.why,
        symptom=trap.symptom,
        fix=trap.fix,
        sources=[SourceInfo.model_validate(source) for source in trap.sources],
        harmless=trap.harmless,
        hidden_while=trap.hidden_while,
        threshold=trap.threshold,
        places=[_place(place) for place in trap.places(network)],
        missing=_why_not(name, network),
        twins=[TwinInfo(config=twin.config, armed=twin.is_armed) for twin in trap.twins],
    )


def _why_not(name: str, network: Network) -> str | None:
    try:
        replaced_by([Armed(name)], network)
    except InvalidTraps as error:
        return str(error).removeprefix("traps: ")
    return None


def _place(place: Place) -> TrapPlace:
    contribution = place.contribution
    return TrapPlace(
        name=place.name,
        tensor=place.call.output if contribution is None else contribution.tensor,
        layer=place.call.layer,
        right=place.right,
        wrong=place.wrong,
    )
