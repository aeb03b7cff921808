"""Serves stored files: always as attachments, under the name they came with."""

from collections.abc import Iterable

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from liaisons import enclosed
from liaisons.enclosed import Enclosed
from liaisons.models import Blob


def attachment(blob: Blob, name: str) -> HttpResponse:
    """The file to be saved: a browser neither shows it nor guesses what it is. Raises Http404 when it is lost."""
    response = HttpResponse(content_of(blob), content_type=blob.media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def serve(files: Iterable[Enclosed], name: str) -> HttpResponse:
    """The file of that name, to be saved. Raises Http404."""
    found = next((file for file in files if file.name == name), None)
    if found is None:
        raise Http404(_("There is no such file here."))
    blob = enclosed.blob_of(found)
    if blob is None:
        raise Http404(_("%(name)s could not be made. Tell the secretariat.") % {"name": name})
    return attachment(blob, found.name)


def content_of(blob: Blob) -> bytes:
    """Raises Http404 when the storage has lost it."""
    try:
        return blob.read()
    except FileNotFoundError as lost:
        raise Http404(_("The storage has lost this file. Ask the administrator for the backup.")) from lost
