"""One place to write a measurement down: a row of ``bench/results.md``, and a line on the terminal."""

import datetime as dt
import os
import platform
import subprocess
from pathlib import Path

FILE = Path(__file__).with_name("results.md")


def record(what: str, measured: str, beside: str, ratio: str, remark: str = "") -> None:
    """Appends a row: date, commit, what, the figure, the peer or limit beside it in the same run, their ratio.

    With ``TRIAL=1`` in the environment it only says it: a machine that is busy with something else measures that, too.
    """
    said = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False, cwd=FILE.parent)
    day = dt.datetime.now(dt.UTC).date()
    row = f"| {day} | {said.stdout.strip() or '-'} | {platform.python_version()} | {what} | {measured} | {beside} | {ratio} | {remark} |"
    if not os.environ.get("TRIAL"):
        with FILE.open("a") as file:
            file.write(row + "\n")
    print(row)
