"""The demo's roadmap: what became of FG-MV's deliverables, the work items they fed, and the template's examples."""

from .loading import load

__all__ = ["load"]
