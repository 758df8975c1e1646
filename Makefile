PY := .venv/bin/python
PACKAGES := libs/events libs/service services/partner-registry services/incentives services/orders-inventory services/metrics services/comms deploy/local
