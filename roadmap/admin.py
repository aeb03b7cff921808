"""What the roadmap is made of: categories and deliverables are kept here, entries come with answers and are read."""

from django.contrib import admin

from liaisons.admin import OnlyRead
from roadmap.models import Category, CategorySpelling, Deliverable, DeliverableEvent, Entry, Input, WorkItem


class SpellingInline(admin.TabularInline[CategorySpelling, Category]):
    model = CategorySpelling
    extra = 0


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin[Category]):
    list_display = ["name", "desk", "position"]
    list_filter = ["desk"]
    list_select_related = ["desk__group"]
    inlines = [SpellingInline]


class DeliverableEventInline(admin.StackedInline[DeliverableEvent, Deliverable]):
    model = DeliverableEvent
    extra = 0
    autocomplete_fields = ["group", "work_item", "statement"]


@admin.register(Deliverable)
class DeliverableAdmin(admin.ModelAdmin[Deliverable]):
    list_display = ["reference", "title", "kind", "group"]
    list_select_related = ["group"]
    search_fields = ["reference", "title"]
    autocomplete_fields = ["group"]
    inlines = [DeliverableEventInline]


@admin.register(WorkItem)
class WorkItemAdmin(admin.ModelAdmin[WorkItem]):
    list_display = ["reference", "title", "group", "question", "published"]
    list_filter = ["published"]
    list_select_related = ["group"]
    search_fields = ["reference", "title"]
    autocomplete_fields = ["group"]


class InputInline(OnlyRead, admin.TabularInline[Input, Entry]):
    model = Input
    extra = 0


@admin.register(Entry)
class EntryAdmin(OnlyRead, admin.ModelAdmin[Entry]):
    """Entries with the rows they came from; what a body reported is not rewritten here."""

    list_display = ["reference", "title", "organization_text", "desk", "updated_at"]
    list_filter = ["desk", "categories"]
    list_select_related = ["desk__group"]
    search_fields = ["reference", "title", "organization_text"]
    inlines = [InputInline]
