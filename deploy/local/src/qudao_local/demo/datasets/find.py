"""Which mapping belongs to a folder of data."""

from pathlib import Path

import qudao_local
from qudao_local.demo.datasets.report import MappingError

MAPPINGS = Path(qudao_local.__file__).parents[2] / "datasets"
"""The mappings that come with the repository."""


def find_mapping(data: Path, named: Path | None = None) -> Path:
    """``named`` when given; else ``mapping.yaml`` in the folder itself, else the repository's mapping of the folder's name."""
    if not data.is_dir():
        raise MappingError(f"{data}: no such folder of data")
    if named is not None:
        return named
    candidates = [data / "mapping.yaml", MAPPINGS / f"{data.resolve().name}.yaml"]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    known = ", ".join(sorted(path.stem for path in MAPPINGS.glob("*.yaml"))) or "none"
    raise MappingError(
        f"no mapping for {data}: neither {candidates[0]} nor {candidates[1]} is there; "
        f"name one by MAPPING=path (--mapping). Known data sets: {known}"
    )
