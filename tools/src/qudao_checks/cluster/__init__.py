"""A Kubernetes API server for tests, with the operators' kinds and without nodes: it takes or refuses what a cluster would.

``python -m qudao_checks.cluster`` builds it of Go modules and Maven artifacts, once a version, into the user's cache.
"""

from qudao_checks.cluster.build import build, built, missing
from qudao_checks.cluster.server import Cluster

__all__ = ["Cluster", "build", "built", "missing"]
