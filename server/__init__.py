"""The server: sessions that train step by step, their tensors over REST and as a stream, and the page."""

__version__ = "0.1.0"
