import math

import pytest

from model.engine import Watch
from model.not_finite import NotFinite
from server.breakpoints import told, watch_for
from server.errors import Invalid
from server.schemas.commands import Until

GAUGES = ["loss", "gradient_norm", "saturation.h"]


def test_without_a_breakpoint_only_the_loss_is_watched() -> None:
    assert watch_for(None, GAUGES) == Watch("loss", -math.inf, math.inf)


def test_a_breakpoint_watches_its_metric() -> None:
    assert watch_for(Until(metric="saturation.h", above=0.5), GAUGES) == Watch("saturation.h", above=0.5)
    assert watch_for(Until(metric="loss", below=2), GAUGES) == Watch("loss", below=2.0)


def test_nan_watches_all_gradients_for_any_number_that_is_none() -> None:
    assert watch_for(Until(metric="nan"), GAUGES) == Watch("gradient_norm", -math.inf, math.inf)


def test_an_unknown_metric_is_refused_with_those_there_are() -> None:
    with pytest.raises(Invalid, match=r"no metric 'joy'; there are: loss, gradient_norm, saturation\.h, nan"):
        watch_for(Until(metric="joy", above=1), GAUGES)


REASONS = {
    "above": (Watch("loss", above=3.0), 3.25, 3.25, "loss is 3.25 at step 12,345: above 3, where the run was to stop."),
    "below": (Watch("loss", below=2.0), 1.5, 1.5, "loss is 1.5 at step 12,345: below 2, where the run was to stop."),
    "gradient": (Watch("gradient_norm"), math.nan, 2.0, "gradient_norm is no longer finite at step 12,345"),
    "loss": (Watch("saturation.h", above=1.0), 0.5, math.inf, "The loss is no longer finite at step 12,345"),
}


@pytest.mark.parametrize(("watch", "number", "loss", "said"), REASONS.values(), ids=REASONS)
def test_people_are_told_why_a_run_stopped(watch: Watch, number: float, loss: float, said: str) -> None:
    assert said in told(watch, number, loss, 12_345, None)


def test_people_are_told_where_numbers_stop_being_finite() -> None:
    first = NotFinite("counts", (0, 4), math.inf, 14, "counts = norm_logits.exp()")
    said = told(Watch(), math.nan, math.nan, 7, first)
    assert "The first number that is not: counts[0, 4] = inf, at op 14 (counts = norm_logits.exp())." in said
