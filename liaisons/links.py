"""Signed links: doors for people without an account, each to one object for one purpose."""

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from contacts.actor import Actor
from contacts.models import Person
from liaisons.models import Addressee, Circulation, Link, Statement
from liaisons.rules import Refused

if TYPE_CHECKING:
    from liaisons.models.link import LinkQuerySet

# Stored mails hold these in place of links, so that nobody can use another's link from the outbox or a preview.
_PLACEHOLDER = re.compile(r"\[\[link:(\d+)\]\]")
_TOKEN = re.compile(r"([1-9][0-9]{0,18})\.([A-Za-z0-9_-]{22})")  # not \d, which takes the digits of every script
_ADDRESS = re.compile(r"(?:https?://[^\s/]{1,200})?/l/([1-9][0-9]{0,18}\.[A-Za-z0-9_-]{22})(?:/[^\s<>]{0,200})?")

# Bodies answer after their next meeting, and late.
ANSWER_WITHIN = timedelta(days=365)


class Unusable(Refused):
    """A link that opens nothing."""


class Forged(Unusable):
    """Nobody here made this link."""


class Lost(Unusable):
    """It was made after the backup that the desk was brought back from."""


class Expired(Unusable):
    """Its time is over."""


class Revoked(Unusable):
    """It was taken back, because what it was for is over."""


def issue(
    purpose: str,
    *,
    now: datetime,
    expires_at: datetime | None = None,
    person: Person | None = None,
    email: str = "",
    **bound: Any,
) -> Link:
    """Make a link to what is `bound`: circulation=, statement=, addressee= or comment=."""
    link = Link(purpose=purpose, created_at=now, expires_at=expires_at, person=person, email=email, **bound)
    link.save()
    return link


def answer(addressee: Addressee, email: str, now: datetime) -> Link:
    """The link with which an addressee answers, unsaved: letters go out by the dozen, and so do their links."""
    return Link(
        purpose=Link.Purpose.ANSWER,
        addressee=addressee,
        email=email,
        created_at=now,
        expires_at=max(addressee.due_at or now, now) + ANSWER_WITHIN,
    )


def of_list(circulation: Circulation, now: datetime) -> Link | None:
    """The link that went to the list with the text, while it opens."""
    of_it = Link.objects.valid(now).filter(purpose=Link.Purpose.COMMENT, circulation=circulation, person=None)
    return of_it.order_by("pk").last()


def token(link_id: int) -> str:
    """The key of the link and a seal of 128 bits: short enough for a line of a mail."""
    seal = hmac.digest(settings.LINK_KEY.encode(), f"link {link_id}".encode(), hashlib.sha256)[:16]
    return f"{link_id}.{base64.urlsafe_b64encode(seal).decode().rstrip('=')}"


def open(token_given: str, now: datetime) -> Link:  # noqa: A001 – read as links.open()
    """Return the link behind a token. Raises Forged, Lost, Expired or Revoked, each with a sentence for the reader."""
    parts = _TOKEN.fullmatch(token_given)
    if parts is None or not _is_ours(token_given):
        raise Forged([_("This address is not complete. Copy the whole line from the mail.")])
    bound = ("person", "circulation__desk__group", "statement__desk__group", "addressee__statement__desk__group")
    link = Link.objects.select_related(*bound, "comment__circulation__desk__group").filter(pk=parts[1]).first()
    if link is None:
        lost = _(
            "The desk was brought back from a backup older than this link. Write to the secretariat for a new one."
        )
        raise Lost([lost])
    if link.revoked_at is not None:
        raise Revoked([_("What this link was for is over. Write to the secretariat if something is still open.")])
    if link.expires_at is not None and link.expires_at <= now:
        raise Expired([_("This link has expired. Write to the secretariat for a new one.")])
    return link


def url(link: Link) -> str:
    return _url(link.pk)


def placeholder(link: Link) -> str:
    """What stands in a stored mail where the link goes at delivery; of a preview, one that leads nowhere."""
    return f"[[link:{link.pk or 0}]]"


def fill(text: str) -> str:
    """Put the links in: for delivery only."""
    return _PLACEHOLDER.sub(lambda found: _url(int(found[1])), text)


def mask(text: str) -> str:
    """The text for everybody but its recipient."""
    return _PLACEHOLDER.sub(_("[the addressee's own link]"), text)


def defuse(text: str) -> str:
    """Break what looks like a placeholder in words that people wrote, or they could have a link of others filled in."""
    return text.replace("[[link:", "[ [link:")


def hide(text: str) -> str:
    """Words that came back by mail without our links: whoever quotes a mail quotes a link that is theirs alone."""
    return _ADDRESS.sub(lambda found: _("[a link]") if _is_ours(found[1]) else found[0], text)


def revoke(queryset: "LinkQuerySet", now: datetime) -> int:
    return queryset.filter(revoked_at__isnull=True).update(revoked_at=now)


def of_addressees(statement: Statement) -> "LinkQuerySet":
    """The answer links of everybody the statement went to."""
    return Link.objects.filter(addressee__statement=statement)


def actor(link: Link) -> Actor:
    """Who acts through the link: its person, or an address nobody has put a name to."""
    email = link.email or (link.person.email if link.person else "")
    return Actor("link", person=link.person, link_id=link.pk, email=email)


def _is_ours(token_given: str) -> bool:
    return hmac.compare_digest(token(int(token_given.partition(".")[0])), token_given)


def _url(link_id: int) -> str:
    return f"{settings.SITE_URL}/l/{token(link_id)}/"
