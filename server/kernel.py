"""The kernel, loaded in the background: the server is up meanwhile, and only what needs the kernel waits for it."""

import logging
import threading
from concurrent.futures import Future

from threadpoolctl import threadpool_limits

from model.kernel_engine import load_kernel

log = logging.getLogger(__name__)


def load_in_background() -> Future[None]:
    """Begin to load it; the future is done once it is there, or once it is known that it cannot be."""
    loaded: Future[None] = Future()

    def load() -> None:
        try:
            load_kernel()
            # One thread for each product, as for torch's: see `server.app`. The library is there only now.
            threadpool_limits(limits=1, user_api="blas")
        except Exception as error:
            log.exception("the kernel cannot be loaded: sessions whose engine it is cannot move")
            loaded.set_exception(error)
        else:
            loaded.set_result(None)

    threading.Thread(target=load, name="kernel", daemon=True).start()
    return loaded
