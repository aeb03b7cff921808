"""What is written and received: statements, registers, circulations, replies, messages, and their events."""

from .addressee import Addressee, Request
from .blob import Blob, Rendition
from .circulation import Approval, Circulation, Comment, CommentFile
from .copy_rule import CopyRule
from .editing import Editing
from .event import Event
from .letterhead import Letterhead
from .link import Link
from .meeting import Action, AgendaItem, Decision, ItemDocument, Meeting
from .message import Message, MessageFile
from .received_mail import ReceivedFile, ReceivedMail
from .register import Document, DocumentFile, Registration, Series
from .reminder import Mute, Reminder
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
    "CommentFile",
    "CopyRule",
    "Decision",
    "Document",
    "DocumentFile",
    "Editing",
    "Event",
    "ItemDocument",
    "Letterhead",
    "Link",
    "Meeting",
    "Message",
    "MessageFile",
    "Mute",
    "Nomination",
    "ReceivedFile",
    "ReceivedMail",
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
