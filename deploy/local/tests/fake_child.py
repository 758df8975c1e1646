"""A child that says how it was started, then lives as long as its standard input; `stubborn` does not listen to
SIGTERM and does not read, `fails` ends with status 3."""

import json
import os
import signal
import sys
import time

if __name__ == "__main__":
    if "stubborn" in sys.argv:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    said = {"arguments": sys.argv[1:], "told": os.environ.get("QUDAO_TOLD"), "home": os.environ.get("HOME"), "session": os.getsid(0)}
    print(json.dumps(said), flush=True)
    if "fails" in sys.argv:
        raise SystemExit(3)
    while "stubborn" in sys.argv or os.read(0, 100):
        time.sleep(0.01)
