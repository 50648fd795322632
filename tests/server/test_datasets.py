import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

import server.datasets
from model.dataset import NAMES_FILE, parse_words
from server.datasets import Datasets
from server.errors import Invalid, Unavailable
from server.store import Store
from tests.server.reference import CHARACTERS, WORDS, splits

CONTENT = "\n".join(WORDS).encode()


@asynccontextmanager
async def opened(url: str = "sqlite://") -> AsyncIterator[Datasets]:
    store = Store(url)
    datasets = Datasets(store)
    await datasets.open()
    yield datasets
    store.close()


@pytest.fixture
async def datasets() -> AsyncIterator[Datasets]:
    async with opened() as datasets:
        yield datasets


def sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'sessions.sqlite3'}"


async def test_names_are_there_from_the_start_as_they_came(datasets: Datasets) -> None:
    assert [info.id for info in datasets.infos()] == ["names"]
    assert await datasets.content("names") == NAMES_FILE.read_bytes()
    assert (await datasets.get("names")).words == parse_words(NAMES_FILE.read_bytes(), "names").words


async def test_what_is_added_is_described_kept_and_read(datasets: Datasets) -> None:
    added = await datasets.add(CONTENT, "mine")
    assert (added.name, added.words, added.characters) == ("mine", len(WORDS), CHARACTERS)
    assert added.examples.model_dump() == {
        split: sum(len(word) + 1 for word in words) for split, words in splits().items()
    }
    letters = "".join(WORDS)
    assert added.occurrences == [2 * len(WORDS), *(letters.count(character) for character in CHARACTERS[1:])]
    assert datasets.info(added.id) == added
    assert (await datasets.get(added.id)).words == tuple(WORDS)
    assert await datasets.content(added.id) == CONTENT


async def test_names_come_first_and_the_others_in_the_order_in_which_they_were_added(tmp_path: Path) -> None:
    async with opened(sqlite(tmp_path)) as datasets:
        added = [(await datasets.add(f"anna\nb{number}\n".encode(), "a")).id for number in range(5)]
        assert [info.id for info in datasets.infos()] == ["names", *added]
    async with opened(sqlite(tmp_path)) as datasets:
        assert [info.id for info in datasets.infos()] == ["names", *added]


async def test_after_a_restart_words_are_read_when_they_are_first_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(sqlite(tmp_path)) as datasets:
        added = await datasets.add(CONTENT, "mine")
    parsed: list[str] = []

    def parse(content: bytes, name: str) -> object:
        parsed.append(name)
        return parse_words(content, name)

    monkeypatch.setattr(server.datasets, "parse_words", parse)
    async with opened(sqlite(tmp_path)) as datasets:
        assert datasets.info(added.id) == added
        assert parsed == []
        for _ in range(2):
            assert (await datasets.get(added.id)).words == tuple(WORDS)
        assert parsed == ["mine"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a.b\nc", b"anna\nanna"])
async def test_what_is_no_list_of_words_is_refused_and_leaves_nothing(datasets: Datasets, content: bytes) -> None:
    with pytest.raises(Invalid):
        await datasets.add(content, "mine")
    with pytest.raises(Invalid):
        await datasets.find_or_read(content, "mine")
    assert [info.id for info in datasets.infos()] == ["names"]


async def test_an_unknown_data_set_is_said_to_be_so(datasets: Datasets) -> None:
    with pytest.raises(Invalid, match=r"data\.dataset: there is no data set 'mine'; GET /api/datasets lists them"):
        await datasets.get("mine")


async def test_the_same_words_are_found_whatever_they_are_called_and_others_are_new(datasets: Datasets) -> None:
    added = await datasets.add(CONTENT, "mine")
    assert await datasets.find_or_read(CONTENT, "yours") == (added, None)
    found, _ = await datasets.find_or_read(NAMES_FILE.read_bytes(), "names, again")
    assert found.id == "names"
    other, new = await datasets.find_or_read(CONTENT + b"\n", "mine")  # Another file, to the byte
    assert other.id not in ("names", added.id)
    assert len(datasets.infos()) == 2
    assert new is not None
    datasets.take(new)
    assert datasets.infos()[-1] == other


async def test_what_cannot_be_saved_is_not_added(tmp_path: Path) -> None:
    async with opened(sqlite(tmp_path)) as datasets:
        with closing(sqlite3.connect(tmp_path / "sessions.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Unavailable, match="database is locked"):
                await datasets.add(CONTENT, "mine")
        assert [info.id for info in datasets.infos()] == ["names"]
        added = await datasets.add(CONTENT, "mine")
    async with opened(sqlite(tmp_path)) as datasets:
        assert [info.id for info in datasets.infos()] == ["names", added.id]


async def test_several_are_added_at_once(datasets: Datasets) -> None:
    added = await asyncio.gather(*(datasets.add(f"anna\nb{number}\n".encode(), "a") for number in range(5)))
    assert len({info.id for info in added}) == 5
    assert len(datasets.infos()) == 6
