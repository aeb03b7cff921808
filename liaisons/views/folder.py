"""The folder of a desk as a page: where it is, how it stands, and what belongs in it."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contacts.http import AtDesk, at_desk
from liaisons.folder import mirroring, report
from liaisons.views.files import attachment

PAPERS = 50  # on a page


@require_safe
@at_desk("secretariat", "administrator")
def folder(request: AtDesk) -> HttpResponse:
    desk = request.desk
    if not desk.mirrored:
        return render(request, "liaisons/folder.html", {"administrator": "administrator" in request.roles})
    placed, there = mirroring.shelf(desk)
    context = {
        "path": mirroring.path_of(desk),
        "report": report.last(desk),
        "server_is_set": bool(settings.FOLDER_SFTP),
        "page": Paginator(placed, PAPERS).get_page(request.GET.get("page")),
        "there": there,
        "total": len(placed),
    }
    return render(request, "liaisons/folder.html", context)


@require_safe
@at_desk("secretariat", "administrator")
def folder_file(request: AtDesk, name: str) -> HttpResponse:
    """A file by its name in the folder, from the desk's own storage."""
    placed, _there = mirroring.shelf(request.desk) if request.desk.mirrored else ([], {})
    for one in placed:
        for known, file in one.files:
            if known == name:
                return attachment(file.blob, name)
    raise Http404(_("There is no such file in the folder."))
