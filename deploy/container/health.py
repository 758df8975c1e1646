"""Asks the service of this container whether it can do its work: exit status 0 when it can.

It runs every few seconds, so it is the standard library's sockets alone: importing an HTTP client costs ten times as much.
"""

import os
import socket
import sys

PATIENCE = 5.0
"""Seconds for the answer; a service gives up waiting for its database before."""


def main() -> int:
    try:
        with socket.create_connection(("127.0.0.1", int(os.environ.get("QUDAO_PORT", "8100"))), PATIENCE) as asked:
            asked.settimeout(PATIENCE)
            asked.sendall(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            with asked.makefile("rb") as answer:
                status, body = answer.readline(), answer.read(10_000).rpartition(b"\r\n\r\n")[2]
    except OSError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{status.decode('latin-1').strip()} {body.decode('utf-8', 'replace')}\n")
    return 0 if status.split()[1:2] == [b"200"] else 1


if __name__ == "__main__":
    sys.exit(main())
