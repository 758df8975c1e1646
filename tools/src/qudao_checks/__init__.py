"""The repository's own checks: who may import whom, the same rooms in every service, the published contracts."""
