"""The generated channel of the demo."""

from qudao_local.demo.generator.year import brand

__all__ = ["brand"]
