"""The set words of the page exist in the six languages of the ITU."""

from dataclasses import fields
from datetime import date

import pytest

from liaisons.documents.labels import ENGLISH, LABELS, labels_for


@pytest.mark.parametrize("language", LABELS)
def test_every_language_has_every_word(language):
    labels = LABELS[language]
    for field in fields(labels):
        if field.name != "reviewed":
            assert getattr(labels, field.name)
    assert len(labels.months) == 12
    assert "2025-2028" in labels.study_period.format(period="2025-2028")
    assert "SG20-LS9" in labels.reply.format(references="SG20-LS9")
    assert labels.day(date(2025, 12, 4)) in labels.draft.format(date=labels.day(date(2025, 12, 4)))
    assert "3" in labels.annex.format(number=3)
    assert "3" in labels.attachments.format(number=3)


def test_all_but_english_are_to_be_reviewed():
    assert [language for language, labels in LABELS.items() if labels.reviewed] == ["en"]


def test_tags_with_a_region_find_their_language_and_others_are_named_by_their_tag():
    assert labels_for("zh-Hans") is LABELS["zh"]
    assert labels_for("EN-gb") is ENGLISH
    assert labels_for("pt").original == "Original: pt"
