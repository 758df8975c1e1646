"""``python -m qudao_checks.contracts`` writes what changed compatibly; ``--check`` writes nothing. Status 1: see the messages."""

import sys
from pathlib import Path

from qudao_checks.contracts.examples import example_problems, reader_problems
from qudao_checks.contracts.folder import index_problems, schema_problems, write
from qudao_checks.contracts.published import Consumed, Published, consumed, published, services
from qudao_checks.sources import ROOT


def problems(root: Path, all_published: list[Published], readers: list[Consumed]) -> list[str]:
    """Everything that keeps ``contracts/`` and the code from agreeing."""
    found = [*schema_problems(root, all_published), *index_problems(root, all_published, readers)]
    found += [problem for one in all_published for problem in example_problems(root, one)]
    return found + [problem for one in readers for problem in reader_problems(root, all_published, one)]


def main() -> int:
    root = ROOT / "contracts"
    all_services = services()
    all_published, readers = published(all_services), list(consumed(all_services))
    written, found = ([], []) if "--check" in sys.argv[1:] else write(root, all_published, readers)
    found = list(dict.fromkeys([*found, *problems(root, all_published, readers)]))
    for line in [*(f"written: {name}" for name in written), *found]:
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"contracts: {len(all_published)} public events, {len(readers)} readers' models, {len(found)} problems\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
