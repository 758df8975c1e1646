"""Stands in for a service where its content does not matter: it starts in a tenth of the time.

``GET /crash`` ends it at once; QUDAO_BROKEN=1 keeps it from starting.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/crash":
            os._exit(3)
        body = json.dumps({"instance": os.environ["QUDAO_INSTANCE"], "pid": os.getpid()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    if os.environ.get("QUDAO_BROKEN"):
        sys.exit("fake cannot start: it was told to be broken")
    ThreadingHTTPServer((os.environ["QUDAO_HOST"], int(os.environ["QUDAO_PORT"])), Handler).serve_forever()
