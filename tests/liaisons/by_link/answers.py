"""What an outside body types, and what a page must not change."""

from django.apps import apps
from django.db.models import Model

from liaisons.models import Statement


def answer(statement: Statement, **given: object) -> dict[str, object]:
    return {
        "seen": statement.revision_id, "kind": "answer", "text": "", "name": "Ann Answer", "email": "ann@example.org",
        **given,
    }  # fmt: skip


def rows() -> dict[str, int]:
    models: list[type[Model]] = [
        *apps.get_app_config("liaisons").get_models(),
        *apps.get_app_config("contacts").get_models(),
    ]
    return {model.__name__: model._default_manager.count() for model in models}
