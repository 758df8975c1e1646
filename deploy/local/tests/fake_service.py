"""Stands in for a service where its content does not matter: it starts in a tenth of the time.

``GET /crash`` ends it at once; from ``GET /ails`` on it is not ready, from ``GET /troubled`` on it says what troubles it;
QUDAO_BROKEN=1 keeps it from starting.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar


class Handler(BaseHTTPRequestHandler):
    status = 200
    says: ClassVar[dict[str, object]] = {"instance": os.environ.get("QUDAO_INSTANCE"), "pid": os.getpid()}

    def log_message(self, *_: object) -> None:
        """Says nothing, so that a log that is full is none of its business."""

    def do_GET(self) -> None:
        match self.path:
            case "/crash":
                os._exit(3)
            case "/ails":
                Handler.status, Handler.says = 503, {"checks": {"log": "ok", "database": "does not answer"}}
            case "/troubled":
                Handler.says["troubles"] = {"relay": "waits for the broker"}
        body = json.dumps(self.says).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    if os.environ.get("QUDAO_BROKEN"):
        sys.exit("fake cannot start: it was told to be broken")
    ThreadingHTTPServer((os.environ["QUDAO_HOST"], int(os.environ["QUDAO_PORT"])), Handler).serve_forever()
