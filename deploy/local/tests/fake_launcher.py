"""A launcher of a small stack, as a program that tests may interrupt and kill: FOLDER [PORT=NUMBER...].

Says "up" and the URL of its one service, then waits for Ctrl-C.
"""

import sys
import time
from pathlib import Path

from qudao_local.services import ServiceKind
from qudao_local.stack import Stack

FAKE = ServiceKind("fake-service", migrates=False)

if __name__ == "__main__":
    given = {"postgres": 0, "broker": 0}
    given |= {part: int(number) for part, _, number in (word.partition("=") for word in sys.argv[2:])}
    with Stack(Path(sys.argv[1]), kinds=[FAKE], given=given) as stack:
        try:
            # Within: the test interrupts as soon as it has read this.
            print("up", stack.urls["fake-service"], flush=True)
            time.sleep(600)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
