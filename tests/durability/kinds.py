"""The sessions that are killed: small networks, whose steps are quick to make again, and the default one."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from model.config import Config
from model.dataset import NAMES_FILE, Dataset, parse_words
from model.network import Network
from model.training import network_for

WORDS = b"anna\nbob\ncara\ndan\neve\nfay\ngus\nhal\nida\njo\n"


@dataclass(frozen=True, eq=False)
class Kind:
    """A config with its words."""

    config: Config
    dataset: Dataset

    @cached_property
    def network(self) -> Network:
        return network_for(self.config, self.dataset)

    @property
    def ops(self) -> int:
        return self.network.ops

    @property
    def is_slow(self) -> bool:
        """Whether its steps take milliseconds, so that there must not be many of them."""
        return self.config.training.engine == "tape"


def kinds(dataset_id: str) -> tuple[Kind, ...]:
    """The default config comes first; `dataset_id` is what the server calls `WORDS`."""
    names = parse_words(NAMES_FILE.read_bytes(), "names")
    words = parse_words(WORDS, dataset_id)

    def small(engine: str, **model: Any) -> Kind:
        sections: Mapping[str, Any] = {
            "data": {"dataset": dataset_id},
            "model": {"embedding_size": 2, "hidden_sizes": [4]} | model,
            "training": {"batch_size": 4, "engine": engine},
        }
        return Kind(Config.model_validate(sections), words)

    return (
        Kind(Config(), names),
        small("kernel"),
        small("tape"),
        small("kernel", batch_norm="none", granularity="fused"),
    )
