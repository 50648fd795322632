import itertools

import numpy as np
import pytest

from model.layout import ALIGNED_TO, LAYER, Layout, Region
from tests.model.networks import KINDS, config_of, kind_name, network_of

OFFSETS = LAYER.names[2:] if LAYER.names else ()


@pytest.fixture(params=KINDS, ids=kind_name)
def layout(request: pytest.FixtureRequest) -> Layout:
    return Layout(network_of(config_of(*request.param)))


def regions(layout: Layout) -> list[Region]:
    return [layout.parameters, layout.statistics, layout.values]


def test_no_two_tensors_share_memory(layout: Layout) -> None:
    for region in regions(layout):
        spans = sorted(region.span(name) for name in region.offsets)
        assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(spans))
        assert not spans or spans[-1][1] <= region.size


def test_every_tensor_begins_where_vectors_can_be_loaded(layout: Layout) -> None:
    for region in regions(layout):
        assert all(offset % ALIGNED_TO == 0 for offset in region.offsets.values())


def test_tensors_have_the_networks_shapes(layout: Layout) -> None:
    tensors = layout.network.tensors
    for region in regions(layout):
        assert all(shape == tensors[name].shape for name, shape in region.shapes.items() if name in tensors)


def test_the_kernel_finds_the_embedding_first(layout: Layout) -> None:
    assert layout.parameters.offsets["C"] == 0


def test_each_layer_has_exactly_what_the_network_has(layout: Layout) -> None:
    model = layout.network
    assert len(layout.layers) == len(model.activations) + 1
    assert np.count_nonzero(layout.layers["gain"] >= 0) == len(model.batch_norms)
    assert (layout.layers["h"] >= 0).tolist() == [True] * len(model.activations) + [False]


def test_a_region_is_written_and_read_by_name() -> None:
    region = Region()
    region.add("a", (2, 3))
    region.add("b", (4,))
    memory = np.zeros(region.size, np.float32)
    region.view(memory, "b")[:] = 7
    assert (region.view(memory, "a") == 0).all()
    assert (region.view(memory, "b") == 7).all()
    assert region.add("a", (2, 3)) == 0
