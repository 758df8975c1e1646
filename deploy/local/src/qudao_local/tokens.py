"""``python -m qudao_local token ROLE``: a token for the services of a stack."""

from pathlib import Path
from typing import Annotated

import typer

from qudao_local.cli import DEFAULT, fail
from qudao_local.demo.datasets import MappingError, find_mapping, read_mapping
from qudao_local.folder import Folder
from qudao_local.issuer import ROLES, Issuer


def token(
    role: Annotated[str, typer.Argument(help=f"One of {', '.join(ROLES)}.")],
    partner: Annotated[str | None, typer.Option(help="The partner's id, with the role partner.")] = None,
    source: Annotated[str | None, typer.Option(help="The source's name, with the role source.")] = None,
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 366, help="How long it is good for.")] = 12,
    data: Annotated[
        Path | None,
        typer.Option("--data-dir", help="The stack's folder, or its data set; the one that runs when left out."),
    ] = None,
) -> None:
    """Print a token for the services of a stack, running or not. Exit status 1: there is no such stack or role, or it lacks its id."""
    try:
        folder = Folder(_running_one() if data is None else _stack_of(data))
        folder.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        print(Issuer(folder.auth).token(role, partner_id=partner, source=source, hours=hours))
    except (OSError, ValueError) as refusal:
        fail(str(refusal))


def _running_one() -> Path:
    """The folder of the stack that runs, be it the demo's; the default one when none does. `ValueError` when several do."""
    found = [path for path in sorted(DEFAULT.parent.glob("*")) if Folder(path).launcher() is not None]
    if len(found) > 1:
        raise ValueError(f"several stacks run: name one with DATA=, like DATA={found[0]}")
    return found[0] if found else DEFAULT


def _stack_of(given: Path) -> Path:
    """The stack's folder, which may be given by the data set that was loaded into it. `ValueError` for any other: a key is never
    written into somebody's own folder."""
    if any((given / mark).exists() for mark in ("secret", "lock")) or given == DEFAULT:
        return given
    try:
        loaded = DEFAULT.parent / read_mapping(find_mapping(given)).name
    except MappingError as wrong:
        raise ValueError(f"{given} is neither a stack's folder nor a data set: {wrong}") from None
    if not (loaded / "secret").exists():
        raise ValueError(f"{given} has not been loaded: there is no stack in {loaded}")
    return loaded
