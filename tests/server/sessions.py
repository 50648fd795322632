"""Sessions for tests that need no host: saved in a store in memory, and ready to move."""

import secrets
from concurrent.futures import Future

from model.config import Config
from model.dataset import parse_words
from server.past import Identity, Past
from server.schemas.datasets import DatasetInfo, SplitSizes
from server.session import Session
from server.store import SavedDataset, Store
from tests.server.reference import WORDS

CONTENT = "\n".join(WORDS).encode()
DATASET = parse_words(CONTENT, "words")
INFO = DatasetInfo(
    id="names",
    name="words",
    words=len(WORDS),
    characters=[],
    occurrences=[],
    examples=SplitSizes(train=0, validation=0, test=0),
)


def loaded() -> Future[None]:
    """A kernel that is there."""
    kernel: Future[None] = Future()
    kernel.set_result(None)
    return kernel


def new_store() -> Store:
    """A store in memory, with the words."""
    store = Store("sqlite://")
    store.add_dataset(SavedDataset(INFO, CONTENT)).result()
    return store


def new_session(
    config: Config, kernel: Future[None] | None = None, store: Store | None = None, past: Past | None = None
) -> Session:
    """A session that has been saved, of the config's own name."""
    store = store or new_store()
    session = Session(Identity(secrets.token_hex(4), config.name, config), DATASET, kernel or loaded(), store, past)
    store.create(session.everything(past or Past())).result()
    return session
