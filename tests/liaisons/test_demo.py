"""The demo: what it says is what the documents say, it can be loaded twice, and nobody real is written to."""

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import F

import contacts.demo
import liaisons.demo
import roadmap.demo
from contacts.actor import Actor
from contacts.models import Alias, Appointment, Channel, Desk, Group, Person, User
from liaisons.demo.invitation import invitation
from liaisons.letter import Letter
from liaisons.models import (
    Addressee,
    Circulation,
    Comment,
    Decision,
    Document,
    Event,
    ItemDocument,
    Meeting,
    Message,
    Registration,
    Relation,
    Series,
    Statement,
)
from liaisons.overviews.waiting import heaps
from liaisons.unfilled import MERGE_FIELD
from liaisons.workflow import advance, obstacles
from roadmap.models import Category, Deliverable, DeliverableEvent, Entry, WorkItem

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
FOLDERS = [Path(package.__file__).parent for package in (contacts.demo, liaisons.demo, roadmap.demo)]


@pytest.fixture
def demo(db):
    accounts = contacts.demo.load(NOW)
    liaisons.demo.load(NOW)
    roadmap.demo.load(NOW)
    return accounts


def rows_of_all_tables():
    models = [model for app in ("contacts", "liaisons", "roadmap") for model in apps.get_app_config(app).get_models()]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def statement(key: str) -> Statement:
    return liaisons.demo.demo_statements()[key]


def at_desk(slug: str, email: str) -> dict[str, list[str]]:
    """What waits for a person: the titles of each heap that is not empty."""
    desk = Desk.objects.select_related("group").get(slug=slug)
    actor = Actor.of(User.objects.get(email=email))
    found = heaps(desk, actor, actor.roles_at(desk.group, NOW.date()), NOW)
    return {heap.key: [row.title for row in heap.rows] for heap in found if heap.rows}


# Loading


@pytest.mark.postgres
def test_a_second_run_adds_and_changes_nothing(demo):
    before = rows_of_all_tables()
    later = NOW + timedelta(days=3)
    assert contacts.demo.load(later) == demo
    liaisons.demo.load(later)
    roadmap.demo.load(later)
    assert rows_of_all_tables() == before


@pytest.mark.postgres
def test_what_a_person_changed_stays(demo):
    Group.objects.filter(designation="SCV").update(name="Vocabulary")
    Person.objects.filter(name="Yining Zhao").update(email="zhao@example.org")
    User.objects.filter(email="outsider@example.org").update(email="inside@example.org")
    Channel.objects.filter(group__designation="IETF").delete()
    Alias.objects.filter(text="TSAG").delete()
    draft = statement("invitation")
    secretary = Actor.of(User.objects.get(email="secretary@jca-mv.example.org"))
    advance(draft, "withdraw", by=secretary, seen=draft.revision_id, reason="Not needed any more.", now=NOW)
    before = rows_of_all_tables()
    accounts = contacts.demo.load(NOW)
    liaisons.demo.load(NOW)
    roadmap.demo.load(NOW)
    assert rows_of_all_tables() == before
    assert "inside@example.org" in {account.email for account in accounts}


def test_the_command_tells_accounts_and_mailbox_once_loaded(db, capsys, settings):
    settings.EMAIL_BACKEND = "liaisons.outbox.transport.MailboxBackend"
    call_command("demo")
    told = capsys.readouterr().out
    for user in User.objects.all():
        assert user.email in told
        assert user.check_password(contacts.demo.PASSWORD)
    assert f"“{contacts.demo.PASSWORD}”" in told
    assert str(settings.MAILBOX_DIR) in told
    call_command("demo", verbosity=0)
    assert capsys.readouterr().out == ""


def test_nothing_is_loaded_beside_a_real_mail_server(db, settings):
    settings.EMAIL_BACKEND = "liaisons.outbox.transport.SmtpBackend"
    with pytest.raises(CommandError, match="EMAIL_URL"):
        call_command("demo")
    assert not Person.objects.exists()


# Whom it writes to


def test_every_address_is_one_of_example_org():
    for folder in FOLDERS:
        for file in folder.glob("*.json"):
            for address in re.findall(r"[\w.+-]+@[\w.-]+", file.read_text(encoding="utf-8")):
                assert address.rstrip(".").endswith("example.org"), (file, address)


def test_the_files_keep_accents_and_no_file_names_where_facts_came_from():
    assert any(row["name"] == "Per Fröjdh" for row in contacts.demo.read_rows("people"))
    for folder in FOLDERS:
        for file in folder.iterdir():
            if file.is_file():
                text = file.read_text(encoding="utf-8")
                assert not re.search(r"shared/|/work|\bseeds?\b", text), file
                assert "\\u" not in text or file.suffix == ".py", file


def test_acts_that_did_not_happen_come_from_role_accounts(demo):
    real = Person.objects.filter(demo=True).exclude(pk__in=Person.objects.filter(email__regex=r"@.+\.example\.org$"))
    named = set(real.exclude(email__in=["admin@example.org", "outsider@example.org"]).values_list("name", flat=True))
    assert {"Shin-Gak Kang", "Muath AlRumayh", "Yining Zhao"} <= named
    assert len(named) == 19
    acted = Event.objects.exclude(person=None).values_list("person__name", flat=True)
    commented = Comment.objects.values_list("name", flat=True)
    assert set(acted) | set(commented)
    assert not (set(acted) | set(commented)) & named


def test_accounts_of_every_role_can_sign_in(demo):
    held = {
        (user.email, appointment.group.designation, appointment.role)
        for user in User.objects.exclude(person=None)
        for appointment in user.person.appointments.in_force(NOW.date()).filter(group__desk__isnull=False)
    }
    assert held == {
        ("secretary@jca-mv.example.org", "JCA-MV", "secretariat"),
        ("cochair.kang@jca-mv.example.org", "JCA-MV", "cochair"),
        ("cochair.alrumayh@jca-mv.example.org", "JCA-MV", "cochair"),
        ("rapporteur@q9-21.example.org", "JCA-MV", "rapporteur"),
        ("editor@jca-mv.example.org", "JCA-MV", "editor"),
        ("member@jca-mv.example.org", "JCA-MV", "member"),
        ("liaison@sc24.example.org", "JCA-MV", "representative"),
        ("admin@example.org", "JCA-MV", "administrator"),
        ("admin@example.org", "ITU-T SG20", "administrator"),
        ("secretary@sg20.example.org", "ITU-T SG20", "secretariat"),
        ("chair@sg20.example.org", "ITU-T SG20", "chair"),
    }
    assert {account.email for account in demo} == {email for email, _group, _role in held} | {"outsider@example.org"}
    assert all(account.who for account in demo)
    assert User.objects.filter(is_superuser=True).get().email == "admin@example.org"


def test_letters_go_out_by_mail_by_form_by_hand_and_by_others_and_one_body_cannot_be_reached(demo):
    kinds = Counter(
        Channel.objects.filter(group__addressed_in__statement=statement("fg-mv-ls1")).values_list("kind", flat=True)
    )
    assert kinds["mail"] == 45
    assert set(kinds) == {"mail", "web_form", "by_hand", "via"}
    assert not Channel.objects.filter(group__designation="World Metaverse Council").exists()
    assert not Channel.objects.filter(kind="via").exclude(via__channels__kind="mail").exists()


# Groups and people


def test_groups_stand_in_a_tree_and_end_when_the_documents_say(demo):
    assert Group.objects.filter(demo=True).count() == 182
    assert Group.objects.filter(kind="question").count() == 56
    assert Group.objects.filter(kind="working_party").count() == 4
    numbers = {
        day: list(Group.objects.study_groups(day).values_list("ordinal", flat=True))
        for day in (date(2023, 3, 9), date(2026, 1, 15))
    }
    assert numbers == {
        date(2023, 3, 9): [2, 3, 5, 9, 11, 12, 13, 15, 16, 17, 20],
        date(2026, 1, 15): [2, 3, 5, 11, 12, 13, 15, 17, 20, 21],
    }
    for designation, heirs in {
        "ITU-T SG9": ["ITU-T SG21"],
        "ITU-T SG16": ["ITU-T SG21"],
        "IEC SEG 15": ["ISO/IEC JSEG 15"],
        "FG-MV": [],
    }.items():
        group = Group.objects.get(designation=designation)
        assert [heir.designation for heir in group.successors(NOW.date())] == heirs
    jvet = Group.objects.get(designation="JVET")
    assert str(jvet.parent) == "ITU-T SG21"
    assert [str(group) for group in jvet.also_under.all()] == ["ISO/IEC JTC 1/SC 29"]
    assert str(Group.objects.get(designation="FG-MV TG-media coding").parent) == "FG-MV WG2"
    for group in Group.objects.filter(demo=True):
        group.full_clean()


def test_people_hold_the_roles_the_documents_give_them(demo):
    kang = Person.objects.get(name="Shin-Gak Kang")
    assert kang.spellings == ["Shin-Gak KANG"]
    assert set(kang.appointments.values_list("group__designation", "role")) == {
        ("FG-MV", "chair"),
        ("JCA-MV", "cochair"),
        ("ITU-T SG21", "vice_chair"),
        ("ITU-T WP4/21", "chair"),
        ("AHG-MV", "chair"),
        ("CG-Metaverse", "cochair"),
    }
    assert Appointment.objects.filter(group__designation="FG-MV", role="vice_chair").count() == 11
    editors = Appointment.objects.filter(group__designation="JCA-MV", role="editor").exclude(basis="Demo")
    assert {editor.person.name for editor in editors} == {"Hideki Yamamoto", "Jungha Hong", "Hideo Imanaka"}


# Letters


def test_fg_mv_ls1_is_complete(demo):
    ls1 = statement("fg-mv-ls1")
    assert (ls1.reference, ls1.study_period, ls1.state) == ("FG-MV-LS1", "2022-2024", "elsewhere")
    assert Counter(ls1.addressees.values_list("purpose", flat=True)) == {"action": 38, "information": 15}
    assert not ls1.addressees.filter(group=None).exists()
    assert not ls1.addressees.exclude(designation=F("group__designation")).exists()
    assert ls1.addressees.get(text="IEC SEG15").designation == "IEC SEG 15"
    assert {str(addressee) for addressee in ls1.addressees.filter(text__in=["ITU-T SG9", "ITU-T SG16"])} == {
        "ITU-T SG9",
        "ITU-T SG16",
    }
    letter = ls1.revision.letter
    assert letter.deadline == date(2023, 6, 30)
    assert [(contact.name, contact.email) for contact in letter.contacts] == [
        ("Shin-Gak Kang", "shin-gak.kang@example.org"),
        ("Hideo Imanaka", "hideo.imanaka@example.org"),
    ]
    assert all(contact.person for contact in ls1.revision.contacts.all())
    assert letter.body.count("<tr>") == 1 + 18
    assert letter.ref == "FG-MV-O-001"
    assert not Addressee.objects.owing().filter(statement=ls1).exists()


def test_the_letters_the_documents_name_are_there_with_what_is_known_of_them(demo):
    named = {row["key"] for row in contacts.demo.read_rows("statements", liaisons.demo.loading.HERE)}
    named |= {"invitation", "jca-3gpp"}  # JCA-MV's own two, which the demo lets people finish
    assert len(named) == 21
    statements = liaisons.demo.demo_statements()
    assert named <= set(statements)
    evidence = {key: statements[key].evidence for key in named}
    assert sorted(key for key in named if evidence[key] == "implied") == [
        *("sg20-ls37", "sg20-ls9", "sg21-ls76", "tsag-first-allocation")
    ]
    assert sorted(key for key in named if evidence[key] == "announced") == [
        *("sg21-identity-further", "sg21-joint-metaexpsys")
    ]
    assert statements["3gpp-enablement"].registrations.get().forwarded_by == Group.objects.get(designation="ITU-T TSAG")
    for row in Statement.objects.all():
        assert row.events.filter(verb__in=["record", "begin", "register"]).exists(), row
        assert not MERGE_FIELD.search(json.dumps(row.revision.content)), row


def test_inferred_links_wait_for_a_person_with_their_reason(demo):
    inferred = {
        (relation.statement.registrations.get().document.reference, relation.to.registrations.get().document.reference)
        for relation in Relation.objects.filter(inferred=True, kind="replies_to", statement__evidence="seen")
        if not relation.counts and relation.why
    }
    assert inferred == {("JCA-MV-Doc-017", "JCA-MV-Doc-010"), ("JCA-MV-Doc-018", "JCA-MV-Doc-009")}
    answered = Relation.objects.filter(inferred=False, kind="replies_to").values_list("to__reference", flat=True)
    assert sorted(answered) == ["SG20-LS37", "SG20-LS9", "SG21-LS76"]


def test_the_register_of_the_first_meeting(demo):
    documents = Document.objects.filter(series__group__designation="JCA-MV", number__lte=20)
    assert documents.count() == 20
    assert {document.reference for document in documents.filter(revision__gt=0)} == {
        "JCA-MV-Doc-001-R2",
        "JCA-MV-Doc-016-R1",
    }
    assert documents.get(late=True).reference == "JCA-MV-Doc-019"
    meeting = Meeting.objects.get(name="First meeting of JCA-MV")
    assert (meeting.starts_on, meeting.participants) == (date(2025, 10, 9), 54)
    assert "26 September 2025" in meeting.note
    at_items = ItemDocument.objects.filter(item__meeting=meeting)
    assert Counter(at_items.values_list("disposition", flat=True)) == {
        "noted": 11,
        "discussed": 7,
        "approved": 1,
        "presented": 1,
    }
    assert at_items.get(document__number=8).presenter == Person.objects.get(name="Kaoru Mizuno")
    assert Decision.objects.filter(meeting=meeting, item__isnull=False).count() == 20
    noted = Registration.objects.filter(desk__slug="jca-mv", state="noted").values_list("document__number", flat=True)
    assert sorted(noted) == [4, 5, 6, 7, 8]
    assert (
        Series.objects.get(group__designation="JCA-MV").last_number
        == Document.objects.filter(series__group__designation="JCA-MV").latest("number").number
    )


# What waits


def test_the_invitation_waits_to_be_circulated(demo):
    draft = statement("invitation")
    secretary = Actor.of(User.objects.get(email="secretary@jca-mv.example.org"))
    assert draft.state == "draft"
    assert draft.addressees.count() >= 40
    assert [str(addressee) for addressee in draft.addressees.unreachable().filter(group__channels=None)] == [
        "World Metaverse Council"
    ]
    assert draft.revision.deadline > NOW.date()
    assert obstacles(draft, "circulate", secretary, NOW) == []
    assert {asked.kind for asked in draft.revision.letter.requests} == {"nomination", "roadmap"}
    assert draft.revision.letter.addressees == invitation("JCA-MV", NOW.date()).addressees


def test_the_first_number_of_jca_mv_is_still_to_be_given(demo):
    assert not Series.objects.filter(group__designation="JCA-MV", kind="statements").exists()


def test_something_waits_in_every_heap_that_people_fill(demo):
    secretary = at_desk("jca-mv", "secretary@jca-mv.example.org")
    cochair = at_desk("jca-mv", "cochair.kang@jca-mv.example.org")
    rapporteur = at_desk("jca-mv", "rapporteur@q9-21.example.org")
    sg20 = at_desk("sg20", "secretary@sg20.example.org")
    assert "LS on the definition of metaverse" in secretary["closed"]
    assert "LS on continued collaboration on metaverse application enablement" in secretary["windows"]
    assert secretary["incoming"] == ["LS on a contact point for metaverse work"]
    assert [title for title in secretary["drafts"] if "nominating representatives" in title]
    assert cochair["approvals"] == ["LS on the definition of metaverse"]
    assert rapporteur["mine"] == ["LS on terms for avatars and digital humans"]
    assert {"approved", "overdue", "soon", "incoming", "drafts"} <= set(sg20)
    assert "hand-over" not in sg20, "what was sent before the demo has been handed over long ago"


def test_windows_and_comments_of_the_demo_are_in_step(demo):
    for circulation in Circulation.objects.all():
        assert circulation.distributed_at
        for comment in circulation.comments.all():
            assert circulation.distributed_at < comment.made_at <= min(NOW, circulation.closes_at)
            assert not comment.late


def test_the_two_desks_see_nothing_of_each_other(demo):
    for slug, other in (("jca-mv", "sg20"), ("sg20", "jca-mv")):
        secretary = Actor.of(User.objects.get(email=f"secretary@{slug}.example.org"))
        seen = Statement.objects.visible_to(secretary, NOW.date())
        unfinished = Statement.objects.filter(desk__slug=other, sent_at__isnull=True)
        assert unfinished.exists()
        assert not seen.filter(pk__in=unfinished).exists()
        assert Registration.objects.of_desk(Desk.objects.get(slug=slug)).exists()


def test_no_letter_leaves_by_the_loading_itself(demo):
    assert not Message.objects.filter(kind=Message.Kind.SEND).exists()
    assert not Message.objects.exclude(recipient__endswith="example.org").exists()


def test_every_letter_of_the_demo_survives_its_canonical_json(demo):
    for row in Statement.objects.all():
        assert Letter.from_dict(row.revision.letter.to_dict()).sha256() == row.revision.sha256


# The roadmap


def test_what_came_of_the_deliverables(demo):
    finished = Deliverable.objects.exclude(reference="")
    assert Counter(finished.values_list("kind", flat=True)) == {"TR": 34, "TS": 18}
    assert Deliverable.objects.filter(reference="").count() == 11
    assert not Deliverable.objects.filter(reference__gt="", events=None).exists()
    kinds = Counter(DeliverableEvent.objects.exclude(kind="allocated").values_list("kind", flat=True))
    assert kinds == {
        "allocated_question": 17,
        "adopted": 18,
        "adopted_part": 2,
        "published": 2,
        "needs_observation": 12,
        "interested": 4,  # SG20 three times, and SG21 in what it gave to a Question
        "declined": 1,
        "comment": 1,
        "related_work": 2,  # one stated, one inferred from a title
    }
    fed = DeliverableEvent.objects.filter(deliverable__reference="FGMV-43", kind="adopted")
    assert {event.work_item.reference for event in fed} == {"H.MV-HIA", "H.MV-FRAVI", "H.MV-FRADAI"}
    allocated = DeliverableEvent.objects.filter(kind="allocated", on_text__in=["January 2024", "August 2024"])
    assert not allocated.filter(statement=None).exists()
    early = Deliverable.objects.get(reference="FGMV-17")
    assert early.events.get(kind="adopted").on == date(2024, 4, 1)
    assert "before SG21 existed" in early.note


def test_work_items_are_one_row_each_whatever_their_spelling(demo):
    assert WorkItem.objects.count() == 52
    identity = WorkItem.objects.get(reference="Y.metaID")
    assert "Y.metalD" in identity.source_text
    assert not WorkItem.objects.filter(reference="Y.metalD").exists()
    assert WorkItem.objects.filter(title="").count() == 13


def test_the_examples_of_the_template(demo):
    assert list(Category.objects.values_list("name", flat=True)) == [
        *("General", "Application/Service", "Enabling Technology", "Interoperability & Infrastructure")
    ]
    assert Entry.objects.filter(example=True).count() == 6
    assert set(Entry.objects.filter(placeholder=True).values_list("reference", "key")) == {
        ("TR 22.87x", ""),
        ("MEC Spec.", ""),
    }
    web = Entry.objects.get(reference="WebXR API")
    assert {category.name for category in web.categories.all()} == {
        "Enabling Technology",
        "Interoperability & Infrastructure",
    }
    assert web.category_text == "Enabling technology, Interoperability"
    assert web.inputs.get().content["SDO / Org."] == "W3C"
