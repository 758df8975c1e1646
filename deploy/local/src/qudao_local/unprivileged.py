"""PostgreSQL refuses to run as root; this makes root look like somebody else to it, and only to it."""

import os
import pwd
import subprocess
import sys
from functools import cache
from pathlib import Path

_NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
PASS_FOLDERS = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
"""Words for setpriv: the user may pass private folders."""


class RootRefused(RuntimeError):
    """Root cannot start PostgreSQL on this machine; the text says what to do instead."""


@cache
def prefix() -> tuple[str, ...]:
    """What a command line of PostgreSQL begins with: nothing for an ordinary user.

    For root a user namespace, which shows the server an ordinary user id while its files stay root's: nothing is chowned
    or chmodded, and it works below a private home folder, where user ``nobody`` could not even read the binaries.
    Where namespaces are switched off (most containers), the user ``nobody`` with the one capability to pass such folders.
    """
    if os.geteuid() != 0:
        return ()
    nobody = pwd.getpwnam("nobody")
    as_nobody = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", *PASS_FOLDERS)
    for ways in (_NAMESPACE, as_nobody):
        if _works(ways):
            return ways
    raise RootRefused(
        "PostgreSQL refuses to run as root, and neither unshare nor setpriv (util-linux 2.38) can make it run as another user "
        f"{'on macOS' if sys.platform == 'darwin' else 'here'}: start as an ordinary user"
    )


def _works(ways: tuple[str, ...]) -> bool:
    try:
        return subprocess.run([*ways, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def owner() -> int:
    """The user id that must own PostgreSQL's data folder."""
    return pwd.getpwnam("nobody").pw_uid if prefix()[:1] == ("setpriv",) else os.geteuid()


def give(folder: Path) -> None:
    """Makes the folder and what is in it belong to `owner`, where root's way has changed since it was made."""
    if os.geteuid() != 0 or folder.stat().st_uid == owner():
        return
    for place in (folder, *folder.rglob("*")):
        os.chown(place, owner(), -1, follow_symlinks=False)
