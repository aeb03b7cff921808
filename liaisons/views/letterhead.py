"""The emblem and the name at the head of letters, for the administrators of the desks below an organization."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.http import AtDesk, at_desk, posted
from contacts.models import Desk, Group
from liaisons import sheets
from liaisons.documents import renderer
from liaisons.documents.leaves import HEIGHT, WIDTH, Leaves
from liaisons.forms.letterhead import LetterheadForm
from liaisons.letter import Letter
from liaisons.models import Blob, Event, Letterhead
from liaisons.rules import Refused
from liaisons.views import preview


@at_desk("administrator")
def desk_letterhead(request: AtDesk) -> HttpResponse:
    """That of the desk's own group, or with ?of=… of one above it, which those set who administer that."""
    way = _way_up(request.desk.group)
    in_force = Letterhead.objects.of(request.desk.group)
    chosen = _chosen(request.GET.get("of", ""), way) or request.desk.group
    sets = _sets(request, chosen)
    if request.method == "POST" and not sets:
        raise PermissionDenied(_("Only an administrator of %(organization)s sets it.") % {"organization": chosen})
    head = Letterhead.objects.filter(organization=chosen).select_related("emblem").first()
    initial = {"lines": head.lines if head else ""}
    form = LetterheadForm(posted(request), request.FILES if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and "remove" in request.POST:
        _remove(request, chosen)
        messages.success(request, _("Taken away. Letters made from now on go without it."))
        return redirect(f"{reverse('desk-letterhead')}?of={chosen.pk}")
    if request.method == "POST" and form.is_valid():
        if head is None and not form.cleaned_data["emblem"] and not form.cleaned_data["lines"]:
            messages.warning(request, _("Nothing was set: choose an emblem, or write a name."))
            return redirect(f"{reverse('desk-letterhead')}?of={chosen.pk}")
        _save(request, chosen, form.cleaned_data)
        messages.success(request, _("Kept. Letters made from now on have it; what was made before stays as it is."))
        return redirect(f"{reverse('desk-letterhead')}?of={chosen.pk}")
    picture, wrong = _block(request)
    context = {
        "form": form,
        "organization": chosen,
        "sets": sets,
        "head": head,
        "in_force": in_force,
        "way": way,
        "others": [desk for desk in _headed_by(chosen) if desk != request.desk],
        "printed": picture,
        "wrong": wrong,
        "width": WIDTH,
        "height": HEIGHT,
    }
    return render(request, "liaisons/letterhead.html", context, status=400 if form.errors else 200)


def _chosen(key: str, way: list[Group]) -> Group | None:
    """The group of that key. Raises Http404 for one that is not on the way up from the desk's."""
    if not key:
        return None
    found = next((group for group in way if str(group.pk) == key), None)
    if found is None:
        raise Http404(_("This group is not above your desk's: its letterhead is for others to set."))
    return found


def _sets(request: AtDesk, organization: Group) -> bool:
    """Whether the person sets it: what heads the letters of others too is not for one desk's administrator alone."""
    if organization == request.desk.group or request.user.is_superuser:
        return True
    return "administrator" in request.actor.roles_at(organization, request.desk.today(timezone.now()))


def _way_up(group: Group) -> list[Group]:
    """The group and the bodies above it, nearest first; a ring among them ends it."""
    way: list[Group] = []
    place: Group | None = group
    while place is not None and place not in way:
        way.append(place)
        place = place.parent
    return way


def _headed_by(organization: Group) -> list[Desk]:
    """The desks whose letters its letterhead stands on: those below it that none in between has one for."""
    having = set(Letterhead.objects.values_list("organization", flat=True)) | {organization.pk}
    nearest = {
        desk: next((group for group in _way_up(desk.group) if group.pk in having), None)
        for desk in Desk.objects.select_related("group")
    }
    return [desk for desk, group in nearest.items() if group == organization]


def _save(request: AtDesk, organization: Group, given: dict[str, Any]) -> None:
    emblem = given["emblem"].keep()[0] if given["emblem"] else None
    with transaction.atomic():
        head, _created = Letterhead.objects.select_for_update().get_or_create(organization=organization)
        before = _plain(head)
        if emblem or given["without"]:
            head.emblem = emblem
        head.lines = given["lines"]
        head.save()
        _record(request, organization, before, _plain(head))


def _remove(request: AtDesk, organization: Group) -> None:
    with transaction.atomic():
        for head in Letterhead.objects.select_for_update().filter(organization=organization):
            _record(request, organization, _plain(head), {})
            head.delete()


def _plain(head: Letterhead) -> dict[str, str]:
    emblem: Blob | None = head.emblem
    return {"emblem": emblem.sha256 if emblem else "", "lines": head.lines}


def _record(request: AtDesk, organization: Group, before: dict[str, str], after: dict[str, str]) -> None:
    """At each desk that it heads, and where it was set."""
    if before == after:
        return
    data = {"letterhead_of": organization.pk, "letterhead": [before, after]}
    now = timezone.now()
    for desk in dict.fromkeys([request.desk, *_headed_by(organization)]):
        Event.objects.record("settings", by=request.actor, at=now, desk=desk, data=data, private=True)


def _block(request: AtDesk) -> tuple[str, str]:
    """The head of the desk's letters as it is printed now: the address of its picture, or why there is none."""
    try:
        masthead = sheets.masthead_of_new(request.desk, timezone.now())
        sheet = sheets.sheet(Letter("", request.desk.group.designation), masthead)
        leaves = Leaves.from_bytes(renderer.render(sheet, "leaves", timeout=preview.SECONDS).content)
    except (renderer.RenderError, Refused) as error:
        return "", str(error)
    kept = preview.keep(request, leaves.pictures[:1])
    return (reverse("statement-leaf", args=kept) if kept else ""), ""
