"""A draft that was edited in Word, over the revision it was made from: what the file does not speak of stays."""

from dataclasses import replace

from liaisons.intake.reading import Reading
from liaisons.letter import PURPOSES, Addressed, Annex, Asked, Contact, Letter, Purpose

# Each of them is one value that the page shows as it is, or in other words than the author's.
_SINGLE = ("title", "questions", "venue_date", "ref", "abstract", "body")


def merged(before: Letter, printed: Letter, reading: Reading) -> Letter:
    """The revision in force with what the file says otherwise.

    `printed` is what a file made from that revision reads as. Where the uploaded one reads the same, the revision
    stays as it is, with all that no page shows: who is asked what, of which kind, and the words of an author.
    """
    read, carried = reading.letter, reading.carried
    changes: dict[str, object] = {
        name: getattr(read, name)
        for name in _SINGLE
        if name in carried and getattr(read, name) != getattr(printed, name)
    }
    if "deadline" in carried and (read.deadline, read.deadline_text) != (printed.deadline, printed.deadline_text):
        changes |= {"deadline": read.deadline, "deadline_text": read.deadline_text}
    if "requests" in carried:
        changes["requests"] = _requests(before, printed, read)
    if "contacts" in carried:
        changes["contacts"] = _contacts(before, printed, read)
    if "annexes" in carried:
        changes["annexes"] = _annexes(before, printed, read)
    if "addressees" in carried:
        keys = {one.key for one in (_requests(before, printed, read) if "requests" in carried else before.requests)}
        changes["addressees"] = tuple(
            replace(one, requests=tuple(key for key in one.requests if key in keys))
            for purpose in PURPOSES
            for one in _addressed(before, printed, read, purpose)
        )
    return replace(before, **changes)  # type: ignore[arg-type]  # each under its own name


def _requests(before: Letter, printed: Letter, read: Letter) -> tuple[Asked, ...]:
    """Those with the same words stay; where as many stand there as before, the others keep their place and kind."""
    shown = printed.requests if len(printed.requests) == len(before.requests) else before.requests
    known: dict[str, list[Asked]] = {}
    for words, own in zip(shown, before.requests, strict=True):
        known.setdefault(words.text, []).append(own)
    said = {one.text for one in read.requests}
    in_place = len(read.requests) == len(before.requests)
    free = iter(str(number) for number in range(1, 1000) if str(number) not in {one.key for one in before.requests})
    asked = []
    for at, one in enumerate(read.requests):
        if known.get(one.text):
            asked.append(known[one.text].pop(0))
        elif in_place and shown[at].text not in said:
            asked.append(replace(before.requests[at], text=one.text))
        else:
            asked.append(replace(one, key=next(free)))
    return tuple({one.key: one for one in asked}.values())


def _contacts(before: Letter, printed: Letter, read: Letter) -> tuple[Contact, ...]:
    known = dict(zip(printed.contacts, before.contacts, strict=False))
    return tuple(known.get(one, one) for one in read.contacts)


def _annexes(before: Letter, printed: Letter, read: Letter) -> tuple[Annex, ...]:
    """An annex under the same title is the same one: it stays the document of the register that it is."""
    known = {shown.title: (shown, own) for shown, own in zip(printed.annexes, before.annexes, strict=False)}
    annexes = []
    for one in read.annexes:
        shown, own = known.get(one.title, (None, None))
        if shown is None or own is None:
            annexes.append(one)
            continue
        annexes.append(
            replace(
                own,
                body=own.body if one.body == shown.body else one.body,
                abstract=own.abstract if one.abstract == shown.abstract else one.abstract,
            )
        )
    return tuple(annexes)


def _addressed(before: Letter, printed: Letter, read: Letter, purpose: Purpose) -> tuple[Addressed, ...]:
    """Who stood there before keeps the words, the deadline and the requests of their own."""
    if read.to(purpose) == printed.to(purpose):
        return before.to(purpose)
    known = {name: one for one in before.to(purpose) for name in (one.text, one.name)}
    shown = {one.name: one for one in printed.to(purpose)}
    rows = []
    for one in read.to(purpose):
        own = known.get(one.text) or known.get(one.name)
        if own is None:
            rows.append(one)
        elif one.name in shown and one.deadline == shown[one.name].deadline:
            rows.append(own)
        else:
            rows.append(replace(own, deadline=one.deadline))
    return tuple({(one.text, one.purpose): one for one in rows}.values())
