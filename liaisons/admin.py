"""Letters to look at, whatever desk they belong to. Nothing here changes a state, a text, an event or a mail.

Those change on the pages of a desk, by liaisons.workflow and liaisons.outbox alone.
"""

from typing import TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from liaisons.models import (
    Circulation,
    Document,
    Event,
    Link,
    Meeting,
    Message,
    Registration,
    Revision,
    Series,
    Statement,
)

M = TypeVar("M", bound=Model)


class OnlyRead:
    """For models, and parts of models, that are not changed here."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class LookedAt(OnlyRead, admin.ModelAdmin[M]):
    """A model that is only read here."""


class RevisionInline(OnlyRead, admin.TabularInline[Revision, Statement]):
    model = Revision
    fk_name = "statement"
    fields = ["number", "title", "author", "note", "created_at"]
    extra = 0


@admin.register(Statement)
class StatementAdmin(LookedAt[Statement]):
    list_display = ["reference", "desk", "source_text", "state", "title", "created_at"]
    list_display_links = ["reference", "title"]
    list_filter = ["desk", "state", "study_period"]
    list_select_related = ["desk__group", "revision"]
    search_fields = ["reference", "source_text", "revision__title"]
    inlines = [RevisionInline]


@admin.register(Registration)
class RegistrationAdmin(LookedAt[Registration]):
    list_display = ["statement", "desk", "document", "state", "watched", "received_on", "due_on"]
    list_filter = ["desk", "state", "watched"]
    list_select_related = ["desk__group", "document", "statement__revision"]
    search_fields = ["statement__reference", "document__reference", "statement__revision__title"]


@admin.register(Circulation)
class CirculationAdmin(LookedAt[Circulation]):
    list_display = ["document", "desk", "opened_at", "distributed_at", "closes_on", "ended_at"]
    list_filter = ["desk"]
    list_select_related = ["desk__group", "document"]


@admin.register(Event)
class EventAdmin(LookedAt[Event]):
    list_display = ["at", "desk", "verb", "who", "statement", "source_state", "target_state", "reason"]
    list_filter = ["desk", "verb"]
    list_select_related = ["desk__group", "person", "user__person", "statement__revision"]
    date_hierarchy = "at"


@admin.register(Message)
class MessageAdmin(LookedAt[Message]):
    list_display = ["subject", "desk", "recipient", "state", "queued_at", "sent_at", "tries"]
    list_filter = ["desk", "state", "kind"]
    list_select_related = ["desk__group"]
    search_fields = ["subject", "recipient", "message_id"]


@admin.register(Link)
class LinkAdmin(LookedAt[Link]):
    list_display = ["purpose", "person", "email", "created_at", "expires_at", "revoked_at"]
    list_filter = ["purpose"]
    list_select_related = ["person"]
    search_fields = ["email", "person__name"]


@admin.register(Series)
class SeriesAdmin(LookedAt[Series]):
    list_display = ["group", "kind", "period", "last_number"]
    list_select_related = ["group"]


@admin.register(Document)
class DocumentAdmin(LookedAt[Document]):
    list_display = ["reference", "kind", "title", "source", "registered_at"]
    list_filter = ["kind"]
    list_select_related = ["source"]
    search_fields = ["reference", "title"]


@admin.register(Meeting)
class MeetingAdmin(LookedAt[Meeting]):
    list_display = ["name", "group", "place", "starts_on", "ends_on"]
    list_select_related = ["group"]
    search_fields = ["name", "place"]
