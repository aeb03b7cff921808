"""Reads and writes the names of groups: shorthand such as "ITU-T SGs 2, 3 and TSAG" in, one mention per body out."""

from .directory import Directory
from .reading import Mention, read, write
from .spelling import key

__all__ = ["Directory", "Mention", "key", "read", "write"]
