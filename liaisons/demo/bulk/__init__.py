"""A load for measuring: as many statements as one wants at a desk of its own, the same each time."""

from .making import Load, make
from .people import InTheWay

__all__ = ["InTheWay", "Load", "make"]
