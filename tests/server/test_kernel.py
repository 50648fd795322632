import pytest
from threadpoolctl import threadpool_info

from server.kernel import load_in_background

SECONDS = 50  # It may have to be compiled.


def fail() -> None:
    raise ImportError("no compiler")


def test_the_kernel_is_there_once_the_future_is_done() -> None:
    load_in_background().result(SECONDS)
    assert {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"} == {1}


def test_a_kernel_that_cannot_be_loaded_is_told_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("server.kernel.load_kernel", fail)
    with pytest.raises(ImportError, match="no compiler"):
        load_in_background().result(SECONDS)
    assert "cannot be loaded" in caplog.text
