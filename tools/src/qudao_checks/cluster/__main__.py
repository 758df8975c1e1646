"""Builds what `Cluster` runs; exit status 1, with the reason, where that is not possible, or with ``--built`` where it is not built."""

import subprocess
import sys

from qudao_checks.cluster.build import build, built, missing

if why := missing():
    sys.exit(why)
if "--built" in sys.argv[1:]:
    sys.exit(None if built() else "none is built")
try:
    sys.stdout.write(f"{build(sys.stderr)}\n")
except (subprocess.SubprocessError, OSError) as error:
    sys.exit(f"it could not be built: {error}\n{getattr(error, 'stderr', '') or ''}")
