"""Below a path prefix, behind a real nginx: every address that the service writes leads back through the proxy."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from tests.support.running import free_port, is_up, server

NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location = /livez {{ proxy_pass http://127.0.0.1:{service}; }}
    location /collab/ {{
      proxy_pass http://127.0.0.1:{service}{target};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Prefix {prefix};
      proxy_set_header X-Forwarded-Proto https;
    }}
  }}
}}
"""
HTML = {"Accept": "text/html"}


@contextmanager
def nginx(folder: Path, service: int, target: str = "/", prefix: str = "/collab") -> Iterator[httpx.Client]:
    """Start nginx in front of a service; `target` is `/` where it strips the prefix, nothing where it leaves it."""
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port, service=service, target=target, prefix=prefix))
    with subprocess.Popen(["nginx", "-p", str(folder), "-c", str(config)]) as process:
        try:
            while not is_up(port):
                assert process.poll() is None, (folder / "error.log").read_text()
            with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
                yield client
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def service() -> Iterator[int]:
    port = free_port()
    with server(port, COLLAB_PORT=port):
        yield port


@pytest.mark.parametrize("target", ["/", ""], ids=["stripped", "left"])
def test_every_address_leads_back_through_the_proxy(tmp_path: Path, service: int, target: str) -> None:
    with nginx(tmp_path, service, target) as client:
        start = client.get("/collab/").json()
        problem = client.get("/collab/nope").json()
        schemas = client.get("/collab/schemas").json()["schemas"]
        stories = client.get("/collab/stories").json()["stories"]
        problems = client.get("/collab/problems").json()["problems"]
        document = client.get("/collab/openapi.json").json()
        assert document["servers"][0]["url"] == "/collab"
        assert problem["type"] == "/collab/problems/not-found"
        written = [
            *start["links"].values(),
            problem["type"],
            *(entry["href"] for entry in [*schemas, *problems, *stories]),
        ]
        written += re.findall(r"\]\((/[^)]*)\)", json.dumps(document))
        assert len(written) > 50
        for address in set(written):
            assert address.startswith("/collab/"), address
            assert client.get(address).status_code == 200, address


@pytest.mark.parametrize(
    "page",
    ["", "docs", "redoc", "explore", "problems", "problems/not-found", "schemas", "schemas/DriveIntentSet", "limits"],
)
def test_every_link_of_a_page_leads_back_through_the_proxy(tmp_path: Path, service: int, page: str) -> None:
    with nginx(tmp_path, service) as client:
        address = f"/collab/{page}"
        answer = client.get(address, headers=HTML)
        assert answer.status_code == 200
        for link in set(re.findall(r"""(?:src|href|data-document)="([^"#]+)""", answer.text)):
            if not link.startswith("http"):
                target = urljoin(address, link)
                assert target.startswith("/collab/"), link
                assert client.get(target).status_code == 200, link


def test_the_commands_of_the_start_page_name_what_the_caller_sees(tmp_path: Path, service: int) -> None:
    with nginx(tmp_path, service) as client:
        text = client.get("/collab/", headers=HTML | {"Host": "collab.example"}).text
        assert "https://collab.example/collab/" in text


def test_the_prefix_alone_leads_to_the_start_page(tmp_path: Path, service: int) -> None:
    with nginx(tmp_path, service, "") as client:
        answer = client.get("/collab")  # nginx answers this itself
        assert answer.status_code in (301, 308)
        assert answer.headers["location"].endswith("/collab/")


@pytest.mark.parametrize("prefix", ["collab", "/col lab", '"/collab/"', "//evil.example", "/a//b", "/<script>", "/é"])
def test_a_prefix_of_another_form_is_ignored(tmp_path: Path, service: int, prefix: str) -> None:
    quoted = prefix if prefix.startswith('"') else f'"{prefix}"'
    with nginx(tmp_path, service, prefix=quoted) as client:
        assert client.get("/collab/").json()["links"]["problems"] == "/problems"


def test_a_prefix_of_anybody_else_is_ignored(tmp_path: Path) -> None:
    port = free_port()
    with server(port, COLLAB_PORT=port, COLLAB_TRUSTED_PROXIES="10.0.0.0/8"), nginx(tmp_path, port) as client:
        assert client.get("/collab/").json()["links"]["problems"] == "/problems"


def test_a_root_path_of_its_own_stands_behind_the_prefix(tmp_path: Path) -> None:
    port = free_port()
    with server(port, COLLAB_PORT=port, COLLAB_ROOT_PATH="/v1/"), nginx(tmp_path, port) as client:
        assert client.get("/collab/v1/").json()["links"]["problems"] == "/collab/v1/problems"
        for path in ("/problems", "/v1/problems"):
            assert httpx.get(f"http://127.0.0.1:{port}{path}").status_code == 200
        bare = httpx.get(f"http://127.0.0.1:{port}/v1")
        assert (bare.status_code, bare.headers["location"]) == (308, "/v1/")
