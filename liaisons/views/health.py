"""Whether the desk is alive, for machines."""

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from liaisons import health
from liaisons.models import Message


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while all is well, else 503; times are in seconds."""
    now = timezone.now()
    ticked = health.last_tick()
    standing_still = health.late(now) is not None
    try:
        oldest = Message.objects.due(now).values_list("not_before", flat=True).first()
    except DatabaseError:
        return JsonResponse({"database": False}, status=503)
    state = {
        "database": True,
        "seconds_since_tick": (now - ticked).total_seconds() if ticked else None,
        "oldest_due_seconds": (now - oldest).total_seconds() if oldest else None,
        "silent": standing_still,
    }
    return JsonResponse(state, status=503 if standing_still else 200)
