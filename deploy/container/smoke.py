"""Asks services after a rollout whether they do what this release should: ``python smoke.py metrics=http://metrics-api ...``

Each must be ready, in trouble with nothing, of the commit that this container is of, and must turn away who has no token. What is not so
yet is asked again: a rollout takes minutes. Exit status 0 when all is well; a line for each that is not.
"""

import json
import os
import re
import sys
import time
import urllib.error
import urllib.request

PATIENCE = 600.0
"""Seconds for all of it; ``QUDAO_SMOKE_SECONDS`` says another number."""
_EACH = 10.0


def wrong(name: str, url: str) -> str | None:
    """What is not as it should be; None when nothing is."""
    status, said = _get(f"{url}/health/ready")
    if status != 200:
        return f"not ready: {status} {said[:300]}"
    health = json.loads(said)
    if health["service"] != name:
        return f"{health['service']} answers at {url}"
    if health["troubles"]:
        return f"in trouble: {health['troubles']}"
    release = os.environ.get("QUDAO_COMMIT", "unknown")
    runs = re.search(r'^qudao_build_info\{commit="([^"]*)"', _get(f"{url}/metrics")[1], re.MULTILINE)
    if runs is None or runs[1] != release:
        return f"of commit {runs[1] if runs else 'unknown'}, not of {release}"
    doors = [path for path, ways in json.loads(_get(f"{url}/openapi.json")[1])["paths"].items() if "get" in ways and "{" not in path]
    answers = {path: _get(url + path)[0] for path in doors if path.startswith("/v1/")}
    if open_ := sorted(path for path, status in answers.items() if status not in (401, 404, 429)):
        return f"open to who has no token: {', '.join(open_)}"
    return None if 401 in answers.values() else "no door that would turn anybody away"


def _get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=_EACH) as answer:  # noqa: S310 - its own services
            return answer.status, answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")


def _asked(name: str, url: str) -> str | None:
    try:
        return wrong(name, url)
    except (OSError, ValueError, KeyError) as error:
        return f"{type(error).__name__}: {error}"


def main() -> int:
    until = time.monotonic() + float(os.environ.get("QUDAO_SMOKE_SECONDS", PATIENCE))
    services = dict(one.split("=", 1) for one in sys.argv[1:])
    while found := {name: why for name, url in services.items() if (why := _asked(name, url))}:
        if time.monotonic() > until:
            break
        time.sleep(1)
    for name in services:
        sys.stdout.write(f"{name}: {found.get(name, 'well')}\n")
    return 1 if found or not services else 0


if __name__ == "__main__":
    sys.exit(main())
