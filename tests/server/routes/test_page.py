import re
from pathlib import Path

import plotly
import pytest
from starlette.testclient import TestClient

from server.routes import page

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "frontend").glob("*.js"))


def test_the_page_is_served_and_asked_for_anew_each_time(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"


def test_everything_that_the_page_names_is_served_from_here(client: TestClient) -> None:
    html = client.get("/").text
    named = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert named
    for url in named:
        assert url.startswith("/"), url
        assert client.get(url).is_success, url
    assert "{{" not in html


def test_the_pages_files_are_kept_for_ever_under_a_path_that_changes_with_them(
    client: TestClient, tmp_path: Path
) -> None:
    html = client.get("/").text
    (main,) = re.findall(r'<script type="module" src="([^"]+)"', html)
    answer = client.get(main)
    assert answer.content == (ROOT / "frontend" / "main.js").read_bytes()
    assert "immutable" in answer.headers["cache-control"]
    file = tmp_path / "a.js"
    file.write_text("1")
    before = page.version_of([file])
    assert page.version_of([file]) == before
    file.write_text("10")
    assert page.version_of([file]) != before


def test_every_module_is_announced_and_belongs_to_the_page(client: TestClient) -> None:
    html = client.get("/").text
    announced = {url.split("/", 2)[2] for url in re.findall(r'rel="modulepreload" href="([^"]+)"', html)}
    reached, left = set(), {"main.js"}
    while left:
        path = left.pop()
        reached.add(path)
        source = (ROOT / "frontend" / path).read_text()
        for relative in re.findall(
            r'^(?:import|\} from|import .* from|export .* from) "(\.[^"]+)"', source, re.MULTILINE
        ):
            found = (ROOT / "frontend" / path).parent / relative
            left |= {found.resolve().relative_to(ROOT / "frontend").as_posix()} - reached
    assert announced == reached


def test_plotly_is_the_installed_one_and_kept_for_ever(client: TestClient) -> None:
    html = client.get("/").text
    found = re.search(r"/vendor/plotly-[\d.]+\.min\.js", html)
    assert found is not None
    answer = client.get(found[0])
    assert "immutable" in answer.headers["cache-control"]
    installed = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    assert answer.content == installed.read_bytes()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_modules_are_served_as_javascript_that_is_always_checked(client: TestClient, path: Path) -> None:
    answer = client.get(f"/{path.name}")
    assert answer.content == path.read_bytes()
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/../pyproject.toml", "/%2e%2e/pyproject.toml", "/..%2fpyproject.toml", "//etc/passwd"]
)
def test_nothing_outside_the_page_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
