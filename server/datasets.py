"""Data sets: their infos are always at hand, their words are read from the store when a session needs them."""

import asyncio
import hashlib
import secrets
from dataclasses import dataclass

from model.config import DataConfig
from model.dataset import NAMES_FILE, Dataset, InvalidWords, parse_words
from server.errors import Invalid
from server.schemas.datasets import DatasetInfo, SplitSizes
from server.store import SavedDataset, Store

NAMES = "names"


@dataclass(frozen=True)
class NewDataset:
    """One that was read, and is not in the store yet."""

    saved: SavedDataset
    dataset: Dataset


class Datasets:
    """All data sets of a server. `names` comes with it, and is kept like the others."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._infos: dict[str, DatasetInfo] = {}
        self._read: dict[str, Dataset] = {}

    async def open(self) -> None:
        """Read what there is. Raises Unavailable."""
        self._infos = {info.id: info for info in await asyncio.wrap_future(self._store.datasets())}
        if NAMES not in self._infos:
            await self.add(NAMES_FILE.read_bytes(), NAMES, NAMES)

    def infos(self) -> list[DatasetInfo]:
        """All of them, `names` first."""
        return sorted(self._infos.values(), key=lambda info: info.id != NAMES)

    def info(self, dataset_id: str) -> DatasetInfo:
        """One of them. Raises Invalid, in the words of a config, where it is not there."""
        if dataset_id not in self._infos:
            raise Invalid(f"data.dataset: there is no data set {dataset_id!r}; GET /api/datasets lists them")
        return self._infos[dataset_id]

    async def get(self, dataset_id: str) -> Dataset:
        """The words of one. Raises Invalid where it is not there, Unavailable."""
        info = self.info(dataset_id)
        if dataset_id not in self._read:
            saved = await asyncio.wrap_future(self._store.dataset(dataset_id))
            self._read[dataset_id] = await asyncio.to_thread(parse_words, saved.content, info.name)
        return self._read[dataset_id]

    async def content(self, dataset_id: str) -> bytes:
        """The words as they came."""
        return (await asyncio.wrap_future(self._store.dataset(dataset_id))).content

    async def add(self, content: bytes, name: str, dataset_id: str | None = None) -> DatasetInfo:
        """Read words, one a line, and keep them. Raises Invalid where they are none, Unavailable."""
        new = await self.read(content, name, dataset_id)
        await asyncio.wrap_future(self._store.add_dataset(new.saved))
        self.take(new)
        return new.saved.info

    async def find_or_read(self, content: bytes, name: str) -> tuple[DatasetInfo, NewDataset | None]:
        """The data set with just these words; where there is none, a new one to be kept. Raises as `read` and `get`."""
        digest = hashlib.sha256(content).digest()
        for info in self.infos():
            if hashlib.sha256(await self.content(info.id)).digest() == digest:
                return info, None
        new = await self.read(content, name)
        return new.saved.info, new

    async def read(self, content: bytes, name: str, dataset_id: str | None = None) -> NewDataset:
        """Read words, one a line, which are not kept yet. Raises Invalid where they are none."""

        def read() -> NewDataset:
            dataset = parse_words(content, name)
            return NewDataset(SavedDataset(_describe(dataset_id or secrets.token_hex(4), dataset), content), dataset)

        try:
            return await asyncio.to_thread(read)
        except InvalidWords as error:
            raise Invalid(str(error)) from None

    def take(self, new: NewDataset) -> None:
        """Have one that is in the store now."""
        self._infos[new.saved.info.id], self._read[new.saved.info.id] = new.saved.info, new.dataset


def _describe(dataset_id: str, dataset: Dataset) -> DatasetInfo:
    # Each word makes an example per character and one for its end, whatever the context length.
    sizes = {
        split: sum(len(word) + 1 for word in words) for split, words in dataset.split(DataConfig().split_seed).items()
    }
    return DatasetInfo(
        id=dataset_id,
        name=dataset.name,
        words=len(dataset.words),
        characters=list(dataset.characters),
        occurrences=dataset.occurrences(),
        examples=SplitSizes.model_validate(sizes),
    )
