import pytest
import torch
from jaxtyping import install_import_hook

import tests.typechecker  # noqa: F401 (the hook finds it by its name)

# Before any test imports the model: the shapes in its signatures are checked at every call.
install_import_hook("model", "tests.typechecker.check")

# Tests are about numbers, and tiny tensors only lose time to a pool of threads.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """`async def` tests run once, on the event loop that uvicorn uses."""
    return "asyncio"
