"""Settings of the services' processes, read as those read them: from the environment, else from files of the same names."""

import os
from pathlib import Path

PREFIX = "QUDAO_"
SECRETS = "/run/secrets"


def setting(name: str) -> str | None:
    """The setting ``QUDAO_<name>``, which may be empty; None when it is not set. `OSError` for a file that cannot be read."""
    given = os.environ.get(PREFIX + name)
    if given is None:
        file = Path(os.environ.get(f"{PREFIX}SECRETS_FOLDER") or SECRETS) / f"{PREFIX}{name}".lower()
        return file.read_text("utf-8").strip() if file.is_file() else None
    return given
