"""Sending the Word file back: what was changed and noted in it is shown first, then taken as comments."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.http import AtDesk, DeskRequest, at_desk
from liaisons import enclosed, links
from liaisons.comments.word import proposed
from liaisons.forms.kept import KeptFile, seal, unseal
from liaisons.forms.returned import RemarksForm, ReturnedWordForm
from liaisons.intake import reader
from liaisons.intake.remarks import Remarks
from liaisons.models import Comment, Link
from liaisons.rules import Refused
from liaisons.views.circulation import TOP, of_desk
from liaisons.views.door import Door, keep
from liaisons.views.opened import by_link


@dataclass(frozen=True)
class UploadDoor(Door):
    """With the pages on which a file is chosen and read, and the Word file that went out, if one did."""

    upload: str
    read: str
    word: str


@at_desk()
def circulation_word(request: AtDesk, pk: int) -> HttpResponse:
    return _upload(request, _at_desk(request, pk))


@at_desk()
def circulation_word_read(request: AtDesk, pk: int) -> HttpResponse:
    return _read(request, _at_desk(request, pk), timezone.now())


@by_link(Link.Purpose.COMMENT)
def link_word(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    return _upload(request, _by_link(link))


@by_link(Link.Purpose.COMMENT)
def link_word_read(request: DeskRequest, link: Link, now: datetime) -> HttpResponse:
    return _read(request, _by_link(link), now)


def _at_desk(request: AtDesk, pk: int) -> UploadDoor:
    circulation = of_desk(request.desk, pk)
    back, upload, read = (
        reverse(name, args=[pk]) for name in ("circulation", "circulation-word", "circulation-word-read")
    )
    name = enclosed.word_name(circulation)
    word = reverse("circulation-file", args=[pk, name]) if name else ""
    return UploadDoor(circulation, request.actor, back, upload, read, word)


def _by_link(link: Link) -> UploadDoor:
    circulation = link.circulation
    assert circulation is not None  # a constraint binds the link to it
    token = links.token(link.pk)
    back, upload, read = (reverse(name, args=[token]) for name in ("link", "link-word", "link-word-read"))
    name = enclosed.word_name(circulation)
    word = reverse("link-file", args=[token, name]) if name else ""
    return UploadDoor(circulation, links.actor(link), back, upload, read, word)


def _upload(request: DeskRequest, door: UploadDoor) -> HttpResponse:
    """Choose the file; one that can be read goes on to the page that shows what it says."""
    form = ReturnedWordForm(request.POST, request.FILES) if request.method == "POST" else ReturnedWordForm()
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            _remarks(door, upload.content)
        except Refused as refused:
            for sentence in refused.sentences:
                form.add_error("file", sentence)
        else:
            return redirect(f"{door.read}?{urlencode({'file': seal([upload.keep()])})}")
    context = {"form": form, "door": door, "document": door.circulation.document, "obstacles": door.obstacles}
    return render(request, "liaisons/circulation_word.html", context, status=400 if form.is_bound else 200)


def _read(request: DeskRequest, door: UploadDoor, now: datetime) -> HttpResponse:
    """What the file says; sent, the rows that were chosen become comments."""
    given = request.POST if request.method == "POST" else request.GET
    kept = unseal(given.get("file", ""))
    if not kept:
        messages.error(request, _("This file is not known any more. Choose it again."))
        return redirect(door.upload)
    try:
        found = _remarks(door, kept[0][0].read())
    except (Refused, FileNotFoundError) as refused:
        lost = _("The storage has lost this file. Choose it again.")
        messages.error(request, " ".join(refused.sentences) if isinstance(refused, Refused) else lost)
        return redirect(door.upload)
    rows = [proposed(remark) for remark in found.rows]
    if request.method == "POST":
        form = RemarksForm(request.POST, rows=rows, open_=door.is_open)
        if form.is_valid() and _take(request, door, form, kept, now):
            return redirect(f"{door.back}{TOP}")
    else:
        form = RemarksForm(initial={"file": seal(kept)}, rows=rows, open_=door.is_open)
    context = {
        "form": form,
        "door": door,
        "document": door.circulation.document,
        "name": kept[0][1],
        "sentences": found.sentences,
    }
    return render(request, "liaisons/circulation_word_read.html", context, status=400 if form.errors else 200)


def _remarks(door: UploadDoor, content: bytes) -> Remarks:
    """Raises Refused, also where the text went out without a Word file."""
    sent = enclosed.word_of(door.circulation)
    if sent is None:
        raise Refused([_("This text did not go out as Word. Attach your file to a comment instead.")])
    return reader.remarks(content, sent.read())


def _take(request: DeskRequest, door: UploadDoor, form: RemarksForm, kept: list[KeptFile], now: datetime) -> bool:
    said = form.chosen(form.cleaned_data.get("name") or str(door.actor.person or ""))
    sent = _("We have sent a mail to %(email)s. What your file says counts once you open its link.")
    return keep(request, door, form, said, now, way=Comment.Way.WORD, sent=sent, files=kept)
