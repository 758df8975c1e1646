from qudao_local.cli import app

app()
