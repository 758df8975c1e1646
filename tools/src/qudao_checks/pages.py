"""``python -m qudao_checks.pages`` writes the pages that are made from the code; ``--check`` only compares them."""

import sys
from pathlib import Path

from qudao_checks import alerts, configuration, dashboards, licences, metrics, service_pages
from qudao_checks.capacity import guide
from qudao_checks.sources import ROOT


def pages() -> dict[Path, str]:
    """Each page with the text that it should have."""
    made = [one.pages() for one in (configuration, guide, licences, service_pages, alerts, dashboards)]
    return {metrics.METRICS: metrics.page(metrics.declared())} | {path: text for pages in made for path, text in pages.items()}


def different(wanted: dict[Path, str]) -> list[Path]:
    return [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]


def main() -> int:
    wanted, check = pages(), "--check" in sys.argv[1:]
    found = different(wanted)
    for path in found:
        if not check:
            path.write_text(wanted[path], "utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)} {'is not what the code says: run make docs' if check else 'written'}\n")
    return 1 if found and check else 0


if __name__ == "__main__":
    sys.exit(main())
