import os
from pathlib import Path

import jaxtyping
import pytest
import torch
from jaxtyping import install_import_hook

import tests.typechecker  # noqa: F401 (the hook finds it by its name)

# Unless a test says otherwise, no server of any test keeps anything.
os.environ["GRADIENT_FLOW_DATABASE"] = "sqlite://"

# Before any test imports the model: the shapes in its signatures can be checked at every call. The kernel is compiled,
# which leaves no calls to check.
MODEL = Path(__file__).parents[1] / "model"
checked = [f"model.{path.stem}" for path in MODEL.iterdir() if path.stem != "kernel"]
install_import_hook(checked, "tests.typechecker.check")
# It takes as long again as the calls themselves: the model's own tests have it done (tests/model/conftest.py).
jaxtyping.config.update("jaxtyping_disable", True)

# Tests are about numbers, and tiny tensors only lose time to a pool of threads.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """`async def` tests run once, on the event loop that uvicorn uses."""
    return "asyncio"
