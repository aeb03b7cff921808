"""What it is all about: deliverables, what became of them, and the entries of the roadmap."""

from .deliverable import Deliverable, DeliverableEvent, WorkItem
from .entry import Category, CategorySpelling, Edition, Entry, Input

__all__ = [
    "Category",
    "CategorySpelling",
    "Deliverable",
    "DeliverableEvent",
    "Edition",
    "Entry",
    "Input",
    "WorkItem",
]
