import asyncio
import contextlib
import gc
import threading
import weakref
from collections.abc import AsyncIterator

import pytest
import torch

from model.config import Config, DataConfig, ModelConfig, TrainingConfig
from model.dataset import Dataset
from model.inference import Statistics, TrainedNetwork
from server.errors import Conflict, Invalid, NotFound
from server.host import SessionHost
from server.schemas.commands import RunWanted
from server.schemas.results import Evaluation, SamplesWanted
from server.store import Store
from tests.server.reference import WORDS

TINY = ModelConfig(embedding_size=2, hidden_sizes=(4,))


@pytest.fixture
async def host() -> AsyncIterator[SessionHost]:
    async with opened(max_session_bytes=10_000_000) as host:
        yield host


@contextlib.asynccontextmanager
async def opened(max_session_bytes: int) -> AsyncIterator[SessionHost]:
    host = SessionHost(Store("sqlite://"), max_session_bytes, rest_after_seconds=600)
    await host.open()
    yield host
    await host.close()  # Once more does nothing.


async def make(host: SessionHost, batch_size: int = 4, dataset: str | None = None) -> str:
    if dataset is None:
        dataset = (await host.add_dataset("\n".join(WORDS).encode(), "words")).id
    config = Config(data=DataConfig(dataset=dataset), model=TINY, training=TrainingConfig(batch_size=batch_size))
    return (await host.create(config)).id


async def test_a_new_host_has_names_and_no_session(host: SessionHost) -> None:
    assert [dataset.id for dataset in host.datasets()] == ["names"]
    assert await host.sessions() == []


async def test_sessions_are_listed_in_the_order_in_which_they_were_made(host: SessionHost) -> None:
    made = [await make(host) for _ in range(3)]
    assert [info.id for info in await host.sessions()] == made


async def test_a_list_made_while_a_session_is_deleted_has_the_others(host: SessionHost) -> None:
    kept, deleted = await make(host), await make(host)
    listed, _ = await asyncio.gather(host.sessions(), host.delete(deleted))
    assert [info.id for info in listed] == [kept]


async def test_a_session_deleted_twice_at_once_is_deleted_once(host: SessionHost) -> None:
    session = await make(host)
    results = await asyncio.gather(host.delete(session), host.delete(session), return_exceptions=True)
    assert [type(result) for result in results] == [type(None), NotFound]


async def test_a_deleted_session_leaves_nothing_in_memory(host: SessionHost) -> None:
    session_id = await make(host)
    session = weakref.ref(host._roster._workers[session_id]._session)
    await host.delete(session_id)
    while session() is not None:  # A thread that is ending may hold it for a moment.
        gc.collect()
        await asyncio.sleep(0)


async def test_an_unknown_session_is_said_to_be_so(host: SessionHost) -> None:
    with pytest.raises(NotFound, match="no session 'nobody'; GET /api/sessions lists them"):
        await host.info("nobody")


async def test_an_unknown_data_set_is_said_to_be_so(host: SessionHost) -> None:
    with pytest.raises(Invalid, match="no data set 'mine'"):
        await make(host, dataset="mine")


async def test_a_batch_larger_than_the_split_is_refused_with_both_sizes(host: SessionHost) -> None:
    with pytest.raises(Invalid, match=r"batch_size: 4096 examples a minibatch, .* has only \d\d"):
        await make(host, batch_size=4096)
    assert await host.sessions() == []


async def test_a_network_larger_than_allowed_is_refused_before_it_is_made(host: SessionHost) -> None:
    huge = ModelConfig(hidden_sizes=(4096,) * 16)
    with pytest.raises(Invalid, match=r"would take \d+\.\d GB, allowed are 0\.0 GB \(setting max_session_bytes\)"):
        await host.create(Config(model=huge))


async def test_sessions_do_not_touch_one_another(host: SessionHost) -> None:
    one, other = await make(host), await make(host)
    await host.advance(one, "step", 3)
    assert (await host.info(other)).position.step == 0


async def test_evaluating_does_not_hold_the_session_up(host: SessionHost, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await make(host)
    released = threading.Event()
    calibrate = TrainedNetwork.calibrated

    def calibrate_when_released(network: TrainedNetwork, contexts: torch.Tensor) -> Statistics:
        assert released.wait(30)
        return calibrate(network, contexts)

    monkeypatch.setattr(TrainedNetwork, "calibrated", calibrate_when_released)
    evaluation = asyncio.ensure_future(host.evaluate(session, Evaluation()))
    await asyncio.sleep(0)
    moved = await host.advance(session, "step", 3)
    assert moved.position.step == 3
    assert not evaluation.done()
    released.set()
    assert await evaluation


async def test_a_long_evaluation_keeps_no_tensor_waiting(host: SessionHost, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await make(host)
    released = threading.Event()
    monkeypatch.setattr(TrainedNetwork, "calibrated", lambda *_: released.wait(30) and {})
    evaluations = [asyncio.ensure_future(host.evaluate(session, Evaluation(splits=("test",)))) for _ in range(40)]
    await asyncio.sleep(0)
    assert (await host.read_tensor(session, "b1", "npy", None)).content
    assert not any(evaluation.done() for evaluation in evaluations)
    released.set()
    await asyncio.gather(*evaluations, return_exceptions=True)


async def test_data_sets_are_described_once(host: SessionHost, monkeypatch: pytest.MonkeyPatch) -> None:
    added = await host.add_dataset(b"anna\nben\n", "two")
    monkeypatch.setattr(Dataset, "split", lambda *_: pytest.fail("split again"))
    assert host.datasets()[-1] == added


async def test_examples_count_for_a_sessions_size() -> None:
    words = "\n".join(f"{number:06}" for number in range(20_000)).encode()
    async with opened(max_session_bytes=12_000_000) as small:
        dataset = (await small.add_dataset(words, "many")).id
        with pytest.raises(Invalid, match="make layers, context or batch smaller"):
            await small.create(Config(data=DataConfig(dataset=dataset, context_length=32)))


async def test_nothing_is_drawn_from_a_prompt_with_an_unknown_character(host: SessionHost) -> None:
    with pytest.raises(Invalid, match="prompt: 'X' is not in the data set's vocabulary"):
        await host.samples(await make(host), SamplesWanted(prompt="X"))


async def test_a_start_into_the_past_is_refused(host: SessionHost) -> None:
    session = await make(host)
    await host.advance(session, "step", 5)
    with pytest.raises(Conflict, match="until_step 3 is in the past: the session stands at step 5"):
        await host.start(session, RunWanted(until_step=3))


async def test_a_host_that_closes_ends_its_sessions(host: SessionHost) -> None:
    session = await make(host)
    await host.close()
    with pytest.raises(NotFound):
        await host.info(session)
