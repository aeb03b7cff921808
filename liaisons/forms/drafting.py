"""A statement being written: the form with all its rows, and the way from a letter into it and back."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import PurePath
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms.formsets import DELETION_FIELD_NAME, BaseFormSet, formset_factory
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from contacts.designations import Directory
from contacts.models import Desk
from liaisons import addressing
from liaisons.forms import figures
from liaisons.forms.parts import AnnexForm, AskedForm, AttachedForm, ContactForm, DraftForm, DraftPart, seal
from liaisons.forms.uploads import check
from liaisons.letter import PURPOSES, Addressed, Annex, Asked, Attached, Contact, Letter, Purpose
from liaisons.models import Document

MOST_ROWS = 40


class Rows(BaseFormSet[DraftPart]):
    """Rows of a draft; empty ones stand at the end, and more can be asked for."""

    def add_fields(self, form: DraftPart, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields[DELETION_FIELD_NAME].label = _("Remove")

    def filled(self) -> list[dict[str, Any]]:
        """What the rows hold that are neither empty nor removed; what is wrong in one is empty."""
        rows = [dict.fromkeys(form.fields, "") | form.cleaned_data for form in self.forms]
        return [row for row in rows if any(row.values()) and not row[DELETION_FIELD_NAME]]


def _rows(form: type[DraftPart], extra: int) -> type[Rows]:
    made = formset_factory(form, Rows, extra=extra, can_delete=True, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
    return cast("type[Rows]", made)


ROWS = {
    "asked": _rows(AskedForm, 1),
    "contacts": _rows(ContactForm, 1),
    "annexes": _rows(AnnexForm, 1),
    "attached": _rows(AttachedForm, 0),  # a row comes with each file
}


class Draft:
    """The form with all its rows. What the form does not show of a letter comes from `before`."""

    def __init__(
        self,
        desk: Desk,
        now: datetime,
        *,
        before: Letter | None = None,
        given: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile[bytes]] | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        self.desk = desk
        self.before = before
        self.today = desk.today(now)
        self.refused: list[str] = []
        self.refused_picture = self.kept_picture = ""
        self.elsewhere: list[str] = []
        self.asks_more = ""
        if given is not None:
            given = given.copy()
            self.refused = take_in(given, files.getlist("upload") if files else [])
            self.refused_picture = figures.put_in(given, files.get("picture") if files else None)
            self.kept_picture = figures.kept_name(given)
            self.elsewhere = figures.elsewhere(given)
            self.asks_more = given.get("more", "") if given.get("more") in {*ROWS, "figure"} else ""
            if self.asks_more in ROWS:
                _add_row(given, self.asks_more)
        shown = {**(initial_of(before) if before else {}), **(initial or {})} if given is None else {}
        documents = dict(
            Document.objects.of_desk(desk).order_by("-number", "-revision").values_list("reference", "title")
        )
        self.main = DraftForm(given, desk=desk, initial=shown)
        self.rows = {
            name: made(
                given,
                prefix=name,
                initial=shown.get(name, []),
                form_kwargs={"documents": documents} if name == "annexes" else {},
            )
            for name, made in ROWS.items()
        }
        if self.asks_more:
            for form in self._forms():
                form.unchecked = True

    def _forms(self) -> Iterator[DraftPart]:
        yield self.main
        for rows in self.rows.values():
            yield from rows.forms

    @property
    def media(self) -> forms.Media:
        return self.main.media

    @cached_property
    def directory(self) -> Directory:
        return Directory.load(self.today, self.desk.group)

    def is_valid(self) -> bool:
        """Judge every part, so that all that is wrong is said at once."""
        sound = [self.main.is_valid(), *(rows.is_valid() for rows in self.rows.values())]
        for sentence in self.refused:
            self.main.add_error("upload", sentence)
        for purpose in PURPOSES:
            for sentence in addressing.problems(self.main.cleaned_data.get(purpose, ""), self.directory):
                self.main.add_error(purpose, sentence)
            for name in addressing.doubles(self.addressees.get(purpose, ())):
                self.main.add_error(purpose, _("%(name)s stands here twice. Name it once.") % {"name": name})
        return all(sound) and not self.main.errors and not self.refused_picture

    @cached_property
    def addressees(self) -> dict[Purpose, tuple[Addressed, ...]]:
        given = self.main.cleaned_data
        return {
            purpose: addressing.addressed(given[purpose], purpose, self.directory, self.before)
            for purpose in PURPOSES
            if purpose in given
        }

    def resolved(self) -> dict[str, list[addressing.Resolved]]:
        """What is written in the three areas, as it would be read now."""
        return {
            purpose: addressing.resolve(str(self.main[purpose].value() or ""), self.directory) for purpose in PURPOSES
        }

    def words(self) -> int:
        return len(str(self.main["abstract"].value() or "").split())

    def problems(self) -> list[str]:
        """What is wrong with the rows, for the list at the top; the form's own problems stand there by themselves."""
        found = [self.refused_picture] if self.refused_picture else []
        for rows in self.rows.values():
            if rows.is_bound:
                found += [str(sentence) for sentence in rows.non_form_errors()]
                found += [
                    f"{form.fields[name].label}: {sentence}" if name in form.fields else str(sentence)
                    for form in rows.forms
                    for name, sentences in form.errors.items()
                    for sentence in sentences
                ]
        return found

    def letter(self, in_reply_to: tuple[str, ...] = ()) -> Letter:
        """The letter as it was typed. Ask is_valid() first: what is wrong or missing is left out."""
        given, before = self._given(), self.before
        asked = _asked(self.rows["asked"].filled())
        keys = {one.key for one in asked}
        everyone = [one for purpose in PURPOSES for one in self.addressees.get(purpose, ())]
        return Letter(
            title=given["title"],
            source=before.source if before else self.desk.group.designation,
            body=_untouched(before, given["body"]),
            language=given["language"],
            questions=given["questions"],
            venue_date=given["venue_date"],
            ref=given["ref"],
            abstract=given["abstract"].replace("\r\n", "\n"),
            deadline=given["deadline"],
            deadline_text=given["deadline_text"],
            addressees=tuple(
                replace(one, requests=tuple(key for key in one.requests if key in keys)) for one in everyone
            ),
            requests=asked,
            contacts=tuple(
                Contact(row["name"], row["organization"], row["country"], row["phone"], row["email"])
                for row in self.rows["contacts"].filled()
            ),
            annexes=tuple(_annex(row, before) for row in self.rows["annexes"].filled()),
            attachments=tuple(
                Attached(row["title"] or row["file"][1], row["file"][1], row["file"][0], row["reference"])
                for row in self.rows["attached"].filled()
                if row["file"]
            ),
            in_reply_to=before.in_reply_to if before else in_reply_to,
        )

    def _given(self) -> dict[str, Any]:
        nothing = dict.fromkeys(self.main.fields, "") | {"language": "en", "deadline": None}
        return nothing | self.main.cleaned_data


def initial_of(letter: Letter) -> dict[str, Any]:
    """A letter as the form shows it."""
    shown: dict[str, Any] = {
        name: getattr(letter, name)
        for name in (
            *("title", "questions", "venue_date", "ref", "language", "abstract", "body"),
            *("deadline", "deadline_text"),
        )
    }
    shown["body"] = editable(letter.body)
    shown |= {purpose: addressing.written(letter.to(purpose)) for purpose in PURPOSES}
    shown["asked"] = [asdict(one) for one in letter.requests]
    shown["contacts"] = [asdict(one) for one in letter.contacts]
    shown["annexes"] = [{**asdict(one), "body": editable(one.body)} for one in letter.annexes]
    shown["attached"] = [
        {"file": seal(one.sha256, one.name), "title": one.title, "reference": one.reference}
        for one in letter.attachments
    ]
    return shown


def editable(body: str) -> str:
    """The body as the editor can hold it: it knows no captions and would make a row of the table of each."""
    return re.sub(r"(<table>)\s*<caption>(.*?)</caption>", r"<p>\2</p>\1", body, flags=re.DOTALL)


def _untouched(before: Letter | None, typed: str) -> str:
    """The body as it was, where the author changed nothing in it: what was done to it for the editor stays undone."""
    bodies = [before.body, *(annex.body for annex in before.annexes)] if before else []
    return next((body for body in bodies if typed == editable(body)), typed)


def _annex(row: dict[str, Any], before: Letter | None) -> Annex:
    """The annex as it was typed, with the abstract it had: the form does not show that."""
    typed = Annex(row["title"], _untouched(before, row["body"]), row["document"])
    for one in before.annexes if before else ():
        if one.document == typed.document and (one.title == typed.title or (one.body and one.body == typed.body)):
            return replace(typed, abstract=one.abstract)
    return typed


def take_in(given: QueryDict, files: list[UploadedFile[bytes]]) -> list[str]:
    """Store the files that were chosen and give each a row of its own; returns what was wrong with the others."""
    refused = []
    for file in files:
        try:
            blob, name = check(file).keep()
        except ValidationError as error:
            refused += error.messages
            continue
        row = _add_row(given, "attached")
        given[f"attached-{row}-file"] = seal(blob.sha256, name)
        given[f"attached-{row}-title"] = PurePath(name).stem
        given[f"attached-{row}-reference"] = ""
    return refused


def _add_row(given: QueryDict, rows: str) -> int:
    """Make room for one more row in what was posted; returns its number."""
    key = f"{rows}-TOTAL_FORMS"
    there = int(total) if (total := given.get(key, "")).isdecimal() else 0
    given[key] = str(min(there + 1, MOST_ROWS))
    return there


def _asked(rows: list[dict[str, Any]]) -> tuple[Asked, ...]:
    """The requests, each with the key it had or the next free one."""
    had = [row["key"] for row in rows]
    free = (key for number in range(1, 3 * MOST_ROWS) if (key := str(number)) not in had)
    keys = [key if key and key not in had[:at] else next(free) for at, key in enumerate(had)]
    return tuple(Asked(key, row["kind"], row["text"]) for key, row in zip(keys, rows, strict=True))
