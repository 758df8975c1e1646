"""The packages that run in the image, each with its licence: ``docs/licences.md``, and which of them nobody may have to ask about."""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from qudao_checks.sources import ROOT

PAGE = ROOT / "docs" / "licences.md"
LOCK = ROOT / "deploy" / "container" / "requirements.lock"
ALLOWED = frozenset({"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0"})
"""That go with Apache-2.0 for whoever passes the whole on. MPL-2.0 asks for the source of its own files, which are taken unchanged."""
ELSEWHERE = {"colorama": "BSD-3-Clause"}
"""Of packages that are installed on other systems only."""
_SPDX = {
    "3-clause bsd license": "BSD-3-Clause", "apache 2": "Apache-2.0", "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0", "isc license": "ISC", "mit license": "MIT",
}  # fmt: skip
"""What packages wrote before there was a standard for it."""
HEAD = """# Licences

Qudao is under the [Apache License 2.0](../LICENSE). What runs with it in the image, as the packages say themselves; `make docs` makes this
page, `tests/test_supply_chain.py` fails where a licence is none of those that go with it. The bill of materials with versions is in the
image ([containers](how-to/run-in-containers.md#the-image)).

| package | licence |
|---|---|
"""


def locked(path: Path) -> list[str]:
    """The packages that a lock names."""
    return re.findall(r"^([a-z0-9][a-z0-9._-]*)==", path.read_text("utf-8"), re.MULTILINE)


def licence(package: str) -> str | None:
    """As an SPDX expression; None when it says none that is known here."""
    try:
        said = metadata(package)
    except PackageNotFoundError:
        return ELSEWHERE.get(package)
    if expression := said.get_all("License-Expression"):
        return str(expression[0])
    classified = [one.rpartition("::")[2].strip() for one in said.get_all("Classifier", []) if one.startswith("License")]
    named = [*map(str, said.get_all("License", [])), *classified]
    for name in named:
        if (known := str(_SPDX.get(name.lower().strip(), name.strip()))) in ALLOWED:
            return str(known)
    return None


def fits(expression: str) -> bool:
    """Whether one may take it so: of what is joined by OR one must be allowed, of what is joined by AND all."""
    return any(all(part.strip("() ") in ALLOWED for part in choice.split(" AND ")) for choice in expression.split(" OR "))


def pages() -> dict[Path, str]:
    return {PAGE: HEAD + "".join(_rows())}


def _rows() -> Iterator[str]:
    for package in locked(LOCK):
        yield f"| {package} | {licence(package) or 'unknown'} |\n"
