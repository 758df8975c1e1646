"""The health command of the image: its exit status is what the service says of itself."""

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from qudao_checks.sources import ROOT
from qudao_local.ports import free_port

SCRIPT = ROOT / "deploy/container/health.py"


@contextmanager
def answering(status: int) -> Iterator[int]:
    """The port of a service that is ready, or not."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"checks": {"database": "gone"}}'
            self.send_response(status if self.path == "/health/ready" else 404)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def health(port: int) -> subprocess.CompletedProcess[str]:
    # As the image calls it: nothing of ours is imported.
    command = [sys.executable, "-ISE", str(SCRIPT)]
    return subprocess.run(command, env={"QUDAO_PORT": str(port)}, capture_output=True, text=True, check=False, timeout=30)


def test_a_service_that_is_ready_is_healthy() -> None:
    with answering(200) as port:
        asked = health(port)
    assert (asked.returncode, asked.stderr) == (0, "")


@pytest.mark.parametrize("status", [503, 404, 500])
def test_a_service_that_is_not_ready_is_not_and_says_why(status: int) -> None:
    with answering(status) as port:
        asked = health(port)
    assert (asked.returncode, asked.stderr) == (1, "")
    assert f" {status} " in asked.stdout
    assert '"database": "gone"' in asked.stdout


def test_a_process_that_does_not_listen_is_not_healthy() -> None:
    asked = health(free_port())
    assert (asked.returncode, asked.stderr) == (1, "")
    assert "refused" in asked.stdout
