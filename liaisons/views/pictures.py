"""The figures of letters and the emblems at their heads, by the hash of their bytes."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from liaisons.documents.pictures import MEDIA_TYPES
from liaisons.models import Blob


@require_safe
def picture(request: HttpRequest, sha256: str) -> HttpResponse:
    """A stored PNG or JPEG, for anybody: who knows the hash of a picture has seen the letter that shows it."""
    blob = get_object_or_404(Blob, sha256=sha256, media_type__in=MEDIA_TYPES)
    try:
        content = blob.read()
    except FileNotFoundError as lost:
        raise Http404(_("The storage has lost this picture. Ask the administrator for the backup.")) from lost
    response = HttpResponse(content, content_type=blob.media_type)
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
