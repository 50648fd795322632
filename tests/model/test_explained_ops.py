"""What the op table and the initial parameters say of themselves, by looping over all that is said."""

import re
from urllib.parse import urlsplit

import pytest
import torch

from model.config import Config, InitConfig
from model.initialization import initial_parameters, starts
from model.ops import OPS, Source, sources
from model.traps import TRAPS
from tests.model.networks import KINDS, config_of, kind_name, network_of

SOURCES = {name: source for name, source in vars(sources).items() if isinstance(source, Source)}
HOSTS = {
    "arxiv.org", "cs231n.github.io", "docs.pytorch.org", "doi.org", "proceedings.mlr.press", "www.deeplearningbook.org",
    "www.jmlr.org", "www.youtube.com",
}  # fmt: skip
CITED = {source for op in OPS.values() for source in op.sources} | {
    source
    for op in OPS.values()
    for rule in op.backward.values()
    for source in (*rule.sources, *(rule.before_batch_norm.sources if rule.before_batch_norm else ()))
}


@pytest.mark.parametrize("name", OPS)
def test_every_op_says_why_and_what_that_rests_on(name: str) -> None:
    op = OPS[name]
    assert op.why.endswith(".")
    assert op.sources
    for rule in op.backward.values():
        assert rule.why is None or rule.why.endswith(".")
        assert rule.why is not None or not rule.sources, "a source of nothing"


@pytest.mark.parametrize("name", OPS)
def test_a_line_that_differs_from_the_textbooks_says_why(name: str) -> None:
    for rule in OPS[name].backward.values():
        assert rule.textbook_code is None or rule.why


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_every_source_can_be_looked_up(source: Source) -> None:
    assert source.title
    assert source.authors
    assert 1980 < source.year < 2030
    address = urlsplit(source.url)
    assert (address.scheme, address.hostname in HOSTS) == ("https", True)


def test_every_source_is_cited() -> None:
    network, init = network_of(Config()), InitConfig()
    cited = CITED | {source for start in starts(network, init).values() for source in start.sources}
    cited |= {source for trap in TRAPS.values() for source in trap.sources}
    assert cited == set(SOURCES.values())


@pytest.mark.parametrize("kind", KINDS, ids=kind_name)
def test_every_parameter_and_index_has_a_meaning(kind: tuple[str, str, tuple[int, ...]]) -> None:
    network = network_of(config_of(*kind))
    given = {spec.name for spec in network.inputs}
    for call in network.calls:
        assert {operand for operand, tensor in call.operands.items() if tensor in given} <= call.op.meanings.keys()


INITS = {
    "default": InitConfig(),
    "fan-in everywhere": InitConfig(output_scale=None, hidden_gain=1.0),
    "nothing but zeros": InitConfig(bias_scale=0, batch_norm_noise=0, seed=7),
}


@pytest.mark.parametrize("init", INITS.values(), ids=INITS)
@pytest.mark.parametrize("kind", KINDS, ids=kind_name)
def test_the_lines_said_to_draw_the_parameters_draw_them(
    kind: tuple[str, str, tuple[int, ...]], init: InitConfig
) -> None:
    network = network_of(config_of(*kind))
    names: dict[str, object] = {
        "torch": torch,
        "g": torch.Generator().manual_seed(init.seed),
        "g_norm": torch.Generator().manual_seed(init.seed + 1),
    }
    expected = initial_parameters(network, init, torch.Generator().manual_seed(init.seed))
    said = starts(network, init)
    assert list(said) == list(expected)
    for name, start in said.items():
        exec(start.code, names)  # noqa: S102 (the table's own lines)
        assert torch.equal(names[name], expected[name]), start.code  # type: ignore[arg-type]
        assert not re.search(r"[{}]", start.why)
