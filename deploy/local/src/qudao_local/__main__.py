"""``python -m qudao_local COMMAND``."""

import sys

from qudao_local.cli import app

# What the demo imports takes half a second and 20 MB: `up` runs without it for days, `status` ends sooner.
if sys.argv[1:2] not in (["up"], ["down"], ["status"], ["logs"], ["events"]):
    from qudao_local.demo.cli import demo
    from qudao_local.tokens import token

    app.command()(demo)
    app.command()(token)

app()
