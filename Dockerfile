FROM python:3.12-slim

# PyTorch's own index has builds without CUDA, a tenth of the size; pip prefers their version, 2.13.0+cpu.
ARG PYTORCH_INDEX=https://download.pytorch.org/whl/cpu

WORKDIR /app

# Dependencies first: this layer is made again only when a version changes.
COPY pyproject.toml requirements.txt ./
RUN pip install --no-cache-dir --root-user-action ignore --require-hashes --no-deps --requirement requirements.txt \
 && pip install --no-cache-dir --root-user-action ignore --extra-index-url "$PYTORCH_INDEX" --group run

COPY model model
COPY server server
COPY frontend frontend

RUN useradd --create-home gradient && install --directory --owner=gradient /data
USER gradient

# Compiled now, and loaded at start; on a processor of another kind it is compiled again, in the background. It lies with
# what outlives the container, so that all else may be read-only: `docker run --read-only --tmpfs /tmp`.
ENV NUMBA_CACHE_DIR=/data/numba
RUN python -c "import model.kernel"

# Inside a container the loopback address is nobody's: `docker run -p 8000:8000` needs all of them. Under which addresses
# the page is opened then has to be said; who opens it from another machine names that one.
# What is to outlive the container is in /data: `-v gradient-flow:/data`.
ENV GRADIENT_FLOW_HOST=0.0.0.0 \
    GRADIENT_FLOW_ORIGINS=http://127.0.0.1:8000,http://localhost:8000 \
    GRADIENT_FLOW_DATABASE=sqlite:////data/sessions.sqlite3 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
EXPOSE 8000
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/api/health', timeout=2)"]

CMD ["python", "-m", "server"]
