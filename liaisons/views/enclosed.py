"""The files that belong to a text in circulation, to a letter and to a mail, each found by its name."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from liaisons.models import Addressee, Blob, Circulation, Message, MessageFile, Revision
from liaisons.views.files import attachment


@dataclass(frozen=True)
class Enclosed:
    """A file under the name it goes by; without a blob it is still to be made."""

    name: str
    blob: Blob | None
    title: str = ""
    note: str = ""

    @property
    def kind(self) -> str:
        return self.name.rpartition(".")[2].upper()


def of_circulation(circulation: Circulation) -> list[Enclosed]:
    """What went to the list, the letter's attachments, and the files of the circulated document."""
    sent = MessageFile.objects.filter(message__circulation=circulation)
    document = circulation.document.files.select_related("blob").order_by("pk")
    return _distinct(
        [*_of_mails(sent), *_attached(circulation.revision), *(Enclosed(file.name, file.blob) for file in document)]
    )


def of_addressee(addressee: Addressee) -> list[Enclosed]:
    """What the addressee was sent with the letter in force."""
    statement = addressee.statement
    sent = MessageFile.objects.filter(message__in=Message.objects.of_dispatch(statement).filter(addressee=addressee))
    return _distinct([*_of_mails(sent), *_attached(statement.approved_revision)])


def of_message(message: Message) -> list[Enclosed]:
    return _distinct(_of_mails(MessageFile.objects.filter(message=message)))


def serve(files: Iterable[Enclosed], name: str) -> HttpResponse:
    """The file of that name, to be saved. Raises Http404."""
    found = next((file for file in files if file.name == name), None)
    if found is None:
        raise Http404(_("There is no such file here."))
    if found.blob is None:
        raise Http404(_("%(name)s is still being made. Try again in a minute.") % {"name": name})
    return attachment(found.blob, found.name)


def _of_mails(files: QuerySet[MessageFile]) -> list[Enclosed]:
    return [
        Enclosed(
            file.name,
            file.rendition.blob if file.rendition else file.blob,
            note=file.rendition.error if file.rendition else "",
        )
        for file in files.select_related("rendition__blob", "blob").order_by("pk")
    ]


def _attached(revision: Revision | None) -> list[Enclosed]:
    if revision is None:
        return []
    return [Enclosed(file.name, file.blob, title=file.title) for file in revision.attachments.select_related("blob")]


def _distinct(files: list[Enclosed]) -> list[Enclosed]:
    """Each name once: the same file goes with many mails."""
    named = {file.name: file for file in reversed(files)}
    return sorted(named.values(), key=attrgetter("name"))
