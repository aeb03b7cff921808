"""The main job without a browser, as a newcomer runs it."""

import email
import email.policy
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """The folder and the time line of one walk."""
    var = tmp_path_factory.mktemp("var")
    inside = {
        name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "walk"],
        cwd=ROOT, env=inside | {"LIAISE_VAR": str(var)}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return var / "walk", done.stdout


@pytest.fixture(scope="module")
def mails(walked):
    folder, _line = walked
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(folder.glob("*.eml"))
    ]


def test_the_invitation_goes_from_draft_to_replied(walked):
    _folder, told = walked
    steps = [
        "The secretary drafts", "as JCA-MV-Doc-022;", "supports", "objects", "takes the draft back",
        "as JCA-MV-Doc-022-R1;", "2 Co-Chairs have been asked", "Its number is JCA-MV-LS1",
        "Taken back within the hold",
        "Sent again", "confirms the nomination that came by link", "declin", "not for us but for",
        "leaves it at that", "The statement is replied",
    ]  # fmt: skip
    places = [told.find(step) for step in steps]
    assert -1 not in places, dict(zip(steps, places, strict=True))
    assert places == sorted(places)


def test_its_documents_lie_in_the_folder(walked):
    folder, _told = walked
    names = ["JCA-MV-Doc-022", "JCA-MV-Doc-022-R1", "JCA-MV-LS1"]
    assert sorted(path.name for path in folder.glob("JCA-MV-*")) == sorted(
        f"{name}.{kind}" for name in names for kind in ("docx", "pdf")
    )


def test_every_addressee_with_a_channel_gets_one_dispatch(mails):
    to = [mail["To"] for mail in mails if mail["Subject"].startswith("JCA-MV-LS1, for ")]
    assert len(to) == len(set(to)) >= 40


def test_each_letter_is_answered_to_an_address_with_a_token_of_its_own(mails):
    answered_to = [mail["Reply-To"] for mail in mails if mail["Subject"].startswith("JCA-MV-LS1, for ")]
    assert all(re.fullmatch(r"tsbjcamv\+\d+-[a-z2-7]{16}@example\.org", address) for address in answered_to)
    assert len(answered_to) == len(set(answered_to)) >= 40


def test_no_line_of_any_mail_is_longer_than_72_columns(mails):
    long = {
        line
        for mail in mails
        for line in mail.get_body(("plain",)).get_content().splitlines()
        if len(line) > 72 and not line.lstrip("<").startswith("http")
    }
    assert long == set()


def test_nobody_is_reminded_before_the_dispatch_or_after_the_last_answer(mails):
    # Before its window closes the list is reminded of the draft.
    of_answers = [
        mail for mail in mails if mail["Subject"].startswith("Reminder") and "comments on" not in mail["Subject"]
    ]
    reminded = [mail["Date"].datetime.date() for mail in of_answers]
    assert reminded
    assert min(reminded).isoformat() >= "2025-11-05"
    assert max(reminded).isoformat() <= "2026-02-09"
