"""What is written and received: statements, registers, circulations, replies, messages, and their events."""

from .addressee import Addressee, Request
from .blob import Blob, Rendition
from .circulation import Approval, Circulation, Comment
from .event import Event
from .letterhead import Letterhead
from .link import Link
from .meeting import Action, AgendaItem, Decision, ItemDocument, Meeting
from .message import Message, MessageFile, Reminder
from .register import Document, DocumentFile, Registration, Series
from .reply import Nomination, Reply, ReplyFile, Settlement
from .revision import Annex, Attachment, Revision, RevisionContact
from .statement import Relation, Statement

__all__ = [
    "Action",
    "Addressee",
    "AgendaItem",
    "Annex",
    "Approval",
    "Attachment",
    "Blob",
    "Circulation",
    "Comment",
    "Decision",
    "Document",
    "DocumentFile",
    "Event",
    "ItemDocument",
    "Letterhead",
    "Link",
    "Meeting",
    "Message",
    "MessageFile",
    "Nomination",
    "Registration",
    "Relation",
    "Reminder",
    "Rendition",
    "Reply",
    "ReplyFile",
    "Request",
    "Revision",
    "RevisionContact",
    "Series",
    "Settlement",
    "Statement",
]
