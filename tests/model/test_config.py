import json

import pytest
from pydantic import ValidationError

from model.config import Config

DEFAULTS = """{
  "name": "my first run",
  "data": {"dataset": "names", "context_length": 3, "split_seed": 42},
  "model": {"embedding_size": 10, "hidden_sizes": [64], "batch_norm": "hidden", "hidden_bias": true,
            "output_bias": true, "granularity": "atomic"},
  "init": {"seed": 2147483647, "hidden_gain": 1.6666666666666667, "output_scale": 0.1, "bias_scale": 0.1,
           "batch_norm_noise": 0.1},
  "training": {"batch_size": 32, "engine": "auto",
               "learning_rate": [{"from_step": 0, "value": 0.1}, {"from_step": 100000, "value": 0.01}]}
}"""

WRONG = [
    ({"nme": "x"}, "nme"),
    ({"data": {"size": 3}}, "size"),
    ({"data": {"context_length": 0}}, "context_length"),
    ({"data": {"context_length": 33}}, "context_length"),
    ({"data": {"split_seed": -1}}, "split_seed"),
    ({"model": {"depth": 3}}, "depth"),
    ({"model": {"embedding_size": 0}}, "embedding_size"),
    ({"model": {"hidden_sizes": []}}, "hidden_sizes"),
    ({"model": {"hidden_sizes": [8] * 17}}, "hidden_sizes"),
    ({"model": {"hidden_sizes": [4097]}}, "hidden_sizes"),
    ({"model": {"batch_norm": "some"}}, "batch_norm"),
    ({"model": {"granularity": "fine"}}, "granularity"),
    ({"init": {"seed": -1}}, "seed"),
    ({"init": {"seed": 2**63 - 1}}, "seed"),
    ({"init": {"hidden_gain": float("nan")}}, "hidden_gain"),
    ({"init": {"output_scale": float("inf")}}, "output_scale"),
    ({"init": {"bias_scale": -0.1}}, "bias_scale"),
    ({"training": {"batch_size": 0}}, "batch_size"),
    ({"training": {"batch_size": 1}}, "batch_size"),
    ({"training": {"learning_rate": []}}, "learning_rate"),
    ({"training": {"learning_rate": [{"from_step": 1, "value": 0.1}]}}, "learning_rate"),
    ({"training": {"learning_rate": [{"from_step": 0, "value": -1}]}}, "value"),
    (
        {"training": {"learning_rate": [{"from_step": 0, "value": 1}, {"from_step": 0, "value": 2}]}},
        "learning_rate",
    ),
    ({"training": {"engine": "steam"}}, "engine"),
]


def test_the_defaults_are_those_of_the_contract() -> None:
    assert json.loads(Config().model_dump_json()) == json.loads(DEFAULTS)


@pytest.mark.parametrize(("values", "named"), WRONG, ids=json.dumps)
def test_a_wrong_value_or_an_unknown_field_is_named(values: dict[str, object], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        Config.model_validate(values)


def test_an_unknown_field_is_answered_with_those_there_are() -> None:
    with pytest.raises(ValidationError, match="the fields are dataset, context_length"):
        Config.model_validate({"data": {"size": 3}})


def test_a_batch_of_one_is_allowed_without_batch_norm() -> None:
    config = Config.model_validate({"model": {"batch_norm": "none"}, "training": {"batch_size": 1}})
    assert config.training.batch_size == 1


def test_a_config_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Config().name = "other"  # type: ignore[misc]
