"""Tables of groups and people: what goes out comes back, and nothing happens that was not shown."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from contacts.designations import key
from contacts.models import Alias, Appointment, Channel, Group, Person
from contacts.transfer import GroupsTable, PeopleTable, Unreadable, table
from contacts.transfer import groups as groups_module
from contacts.transfer import people as people_module
from tests.fixtures import NOW, somebody

pytestmark = pytest.mark.postgres

TODAY = NOW.date()
SECRETARY = frozenset({"secretariat"})


def lines(plan):
    """What is shown of each line: its number, verdict, changes and sentence."""
    return [
        (line.number, line.verdict.value, [(c.field, c.before, c.after) for c in line.changes], line.sentence)
        for line in plan.lines
    ]


def apply_groups(text):
    return groups_module.apply(text, GroupsTable(text).plan.fingerprint())


def apply_people(desk, text, roles=SECRETARY):
    plan = people_table(desk, text, roles).plan
    return people_module.apply(lambda: people_table(desk, text, roles), plan.fingerprint())


def groups_csv(*rows, header="designation,kind,parent"):
    return "\r\n".join([header, *rows])


def people_table(desk, text, roles=SECRETARY):
    return PeopleTable(text, desk, roles, TODAY)


@pytest.fixture
def directory(groups):
    """Groups with everything a table can say of them."""
    sg21 = groups["ITU-T SG21"]
    Group.objects.create(
        designation="ISO/IEC JTC 1/SC 24",
        kind="subcommittee",
        valid_from=date(1987, 1, 1),
        note='Graphics;\nsaid "=old"',
    )
    sg21.also_under.add(groups["ITU-T TSAG"])
    Alias.objects.create(group=sg21, text="SG21", key=key("SG21"))
    Alias.objects.create(group=sg21, text="Plenary", key=key("Plenary"), within=groups["ITU-T"])
    Channel.objects.create(group=sg21, kind="via", via=groups["ITU-T TSAG"])
    Channel.objects.create(group=groups["World Metaverse Council"], kind="web_form", url="https://wmc.example.org/f")
    return groups


# The files


def test_groups_come_back_as_they_went_out(directory):
    text = table.decode(GroupsTable.export())
    plan = GroupsTable(text).plan
    assert plan.counts() == {"new": 0, "changed": 0, "unchanged": Group.objects.count(), "refused": 0}


def test_people_come_back_as_they_went_out(desk, secretary, chair, member, groups):
    sam = secretary.person
    sam.phone, sam.spellings = "+41 22 730 00 00", ["SECRETARY Sam", "=Sam"]
    sam.save()
    Person.objects.create(name="Nobody Else")
    # Others than representatives may speak for a body too, as the rapporteur of a Question does.
    member.person.appointments.update(represents=groups["ITU-T SG21"])
    Appointment.objects.create(person=sam, group=desk.group, role="representative", represents=groups["IETF"])
    exported = table.decode(PeopleTable.export(desk))
    assert "Nobody Else" not in exported
    plan = people_table(desk, exported).plan
    assert plan.counts() == {"new": 0, "changed": 0, "unchanged": 4, "refused": 0}


@pytest.mark.parametrize("dialect", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_table_is_read_however_the_spreadsheet_writes_it(groups, dialect, encoding):
    text = dialect.join(["Designation", "KIND", "name"]) + "\n" + dialect.join(["Fröjdh Forum", "forum", "Ö"]) + "\n"
    plan = GroupsTable(table.decode(text.encode(encoding))).plan
    assert [line.verdict for line in plan.lines] == ["new"]
    assert plan.lines[0].name == "Fröjdh Forum"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=2, max_size=2))
def test_cells_come_back_as_they_went_out_and_none_is_a_formula(cells):
    written = table.write(["designation", "name"], [["=x", cells[0].strip()]])
    text = table.decode(written)
    for cell in text.splitlines()[1].split(","):
        assert cell.strip('"')[:1] not in ("=", "+", "-", "@")
    rows = table.read(text, ["designation", "name"], [])
    assert rows[0].cells["designation"] == "=x"
    assert rows[0].cells["name"] == cells[0].strip()


@pytest.mark.parametrize("cell", ["=1+1", "+41 22", "-1", "@cmd", "'=x", "''=x", "'plain", "\tx"])
def test_what_a_spreadsheet_would_calculate_is_guarded_and_restored(cell):
    written = table.decode(table.write(["name"], [[cell]])).splitlines()[1]
    assert written.strip('"')[0] not in "=+-@\t"
    assert table.read(f"name\n{written}\n", ["name"], [])[0].cells["name"] == cell


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("désignation".encode("utf-16"), "The file is not in UTF-8."),
        ("designation\nFröjdh".encode("latin-1"), "The file is not in UTF-8."),
        (b"PK\x03\x04\0\0\0", "The file is not a table in CSV."),
        (b"designation,colour\nX,red\n", "The column “colour” is not one of this table."),
        (b"name,kind\nX,forum\n", "The column “designation” is missing."),
        (b"designation,kind,kind\n", "The column “kind” stands there twice."),
        (b"", "The column “designation” is missing."),
        (b'designation,kind\n"X,forum\n', "Line 2 cannot be read"),
        (b"designation,kind\nX,forum,1,2\n", "Line 2 has more cells than the first line has columns."),
        (b"x" * (2 * 1024 * 1024 + 1), "The file is larger than 2 MB."),
        (b"designation\n" + b"X\n" * 10_001, "The table has more than 10,000 lines."),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_a_sentence(db, content, sentence):
    with pytest.raises(Unreadable) as refused:
        GroupsTable(table.decode(content))
    assert str(refused.value).startswith(sentence)


# Groups


def test_each_line_says_what_it_would_change(directory):
    text = groups_csv(
        "ITU-T SG21,Multimedia,study_group,ITU-T TSAG,2025-01-01",
        "",
        "IEC,,organization,,",
        "IETF,,organization,,",
        header="designation,name,kind,parent,valid_from",
    )
    assert lines(GroupsTable(text).plan) == [
        (
            2,
            "changed",
            [("name", "", "Multimedia"), ("valid_from", "", "2025-01-01"), ("parent", "ITU-T", "ITU-T TSAG")],
            "",
        ),
        (4, "new", [("kind", "", "organization")], ""),
        (5, "unchanged", [], ""),
    ]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (",forum,", "The designation is missing."),
        ("X,club,", "“club” is no kind of group."),
        ("X,forum,Nowhere", "Nobody here knows “Nowhere”."),
        ("X,forum,X", "It would stand under itself."),
        ("ITU-T,sector,ITU-T SG21", "It would stand under itself."),
        (f"{'X' * 121},forum,", "designation: Ensure this value has at most 120 characters"),
    ],
)
def test_a_line_that_cannot_be_taken_is_refused_with_a_sentence(directory, row, sentence):
    (line,) = lines(GroupsTable(groups_csv(row)).plan)
    assert line[1] == "refused"
    assert line[3].startswith(sentence)


@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        ("valid_to", "yesterday", "“yesterday” is not a day."),
        ("valid_to", "1900-01-01", "It would end before it begins."),
        ("number", "one", "“one” is not a number."),
        ("spellings", "IETF", "The spelling “IETF” stands for IETF."),
        ("spellings", "sg-21", "The spelling “sg-21” stands for ITU-T SG21."),
        ("spellings", "…", "“…” cannot be a spelling."),
        ("channels", "pigeon: x", "“pigeon: x” is no channel."),
        ("channels", "mail: nobody", "“nobody” is not a valid address."),
        ("channels", "web_form: javascript:1", "“javascript:1” is not a valid address."),
        ("channels", "via: Nowhere", "Nobody here knows “Nowhere”."),
    ],
)
def test_a_cell_that_cannot_be_taken_is_refused_with_a_sentence(directory, column, cell, sentence):
    text = f"designation,kind,valid_from,{column}\nX,forum,2000-01-01,{cell}\n"
    (line,) = lines(GroupsTable(text).plan)
    assert line[3].startswith(sentence)


def test_a_group_may_stand_under_one_further_down(groups):
    text = groups_csv("ISO/TC 307/WG 1,working_group,ISO/TC 307", "ISO/TC 307,committee,ISO", "ISO,organization,")
    plan = GroupsTable(text).plan
    assert apply_groups(text) == plan
    assert Group.objects.get(designation="ISO/TC 307/WG 1").parent.parent.designation == "ISO"


def test_what_stands_under_a_refused_line_is_refused_too(groups):
    text = groups_csv("C,committee,B", "B,committee,A", "A,club,")
    assert [(line.verdict, line.sentence.partition(".")[0]) for line in GroupsTable(text).plan.lines] == [
        ("refused", "B is refused in another line"),
        ("refused", "Nobody here knows “A”"),
        ("refused", "“club” is no kind of group"),
    ]


def test_a_group_that_stands_there_twice_is_refused(groups):
    first, second = lines(GroupsTable(groups_csv("X,forum,", "X,forum,")).plan)
    assert (first[1], second[1], second[3]) == ("new", "refused", "This group stands in line 2 already.")


def test_a_column_that_is_not_there_is_left_alone_and_an_empty_cell_empties(directory):
    sg21 = directory["ITU-T SG21"]
    sg21.name, sg21.note = "Multimedia", "kept"
    sg21.save()
    apply_groups("designation,name\nITU-T SG21,\n")
    sg21.refresh_from_db()
    assert (sg21.name, sg21.note, sg21.kind, sg21.parent) == ("", "kept", "study_group", directory["ITU-T"])


def test_spellings_and_channels_are_added_and_never_taken_away(directory):
    text = "designation,spellings,channels,also_under\nITU-T SG21,SG 21 | Question Five @ IETF,mail: sg21@example.org | by_hand,IETF\n"  # noqa: E501
    (line,) = GroupsTable(text).plan.lines
    assert [(c.field, c.after) for c in line.changes] == [
        ("also_under", "+ IETF"),
        ("spellings", "+ Question Five"),
        ("channels", "+ by hand"),
    ]
    apply_groups(text)
    sg21 = directory["ITU-T SG21"]
    assert sorted(str(alias) for alias in sg21.aliases.all()) == ["Plenary", "Question Five", "SG21"]
    assert sg21.aliases.get(text="Question Five").within == directory["IETF"]
    assert sg21.channels.count() == 3
    assert [line.verdict for line in GroupsTable(text).plan.lines] == ["unchanged"]


def test_two_groups_of_one_name_are_told_apart_by_the_day_they_begin(groups):
    Group.objects.create(designation="SCV", kind="committee", valid_to=date(2016, 12, 31))
    Group.objects.create(designation="SCV", kind="committee", valid_from=date(2017, 1, 1))
    plan = GroupsTable("designation,valid_from,name\nSCV,2017-01-01,Vocabulary\nSCV,,Old\n").plan
    assert [line.verdict for line in plan.lines] == ["changed", "changed"]
    (line,) = GroupsTable("designation,name\nSCV,Vocabulary\n").plan.lines
    assert line.sentence == "Several groups are called so. Give the day from which it exists (valid_from)."


def test_nothing_is_done_when_the_file_means_something_else_by_now(groups):
    text = groups_csv("IEC,organization,")
    seen = GroupsTable(text).plan.fingerprint()
    Group.objects.create(designation="IEC", kind="organization")
    assert groups_module.apply(text, seen) is None
    assert Group.objects.filter(designation="IEC").count() == 1


def test_five_thousand_groups_are_read_in_a_few_queries(groups):
    rows = [f"Forum {n},forum,IETF,F{n} | The Forum no. {n},mail: f{n}@example.org" for n in range(5_000)]
    text = groups_csv(*rows, header="designation,kind,parent,spellings,channels")
    with CaptureQueriesContext(connection) as looking:
        plan = GroupsTable(text).plan
    assert plan.counts()["new"] == 5_000
    assert len(looking) < 10
    groups_module.apply(text, plan.fingerprint())
    again = GroupsTable(table.decode(GroupsTable.export())).plan
    assert again.counts()["unchanged"] == 5_000 + len(groups)


# People


def test_people_and_roles_are_added_and_changed(desk, secretary, member, groups):
    mel = member.person
    text = (
        "id,name,email,organization,role,represents,valid_from,valid_to\n"
        f"{mel.pk},Mel Member-Moore,mel@example.org,ETRI,member,,,2026-12-31\n"
        ",Ruth Ree,ruth@example.org,W3C,representative,ietf,2025-10-01,\n"
        ",Ruth Ree,ruth@example.org,W3C,member,,,\n"
    )
    assert lines(people_table(desk, text).plan) == [
        (
            2,
            "changed",
            [("name", "Mel Member", "Mel Member-Moore"), ("organization", "", "ETRI"), ("valid_to", "", "2026-12-31")],
            "",
        ),
        (
            3,
            "new",
            [
                ("name", "", "Ruth Ree"),
                ("organization", "", "W3C"),
                ("email", "", "ruth@example.org"),
                ("role", "", "representative, IETF"),
            ],
            "",
        ),
        (4, "new", [("role", "", "member")], ""),
    ]
    apply_people(desk, text)
    mel.refresh_from_db()
    assert (mel.name, mel.organization) == ("Mel Member-Moore", "ETRI")
    assert mel.appointments.get().valid_to == date(2026, 12, 31)
    ruth = Person.objects.get(email="ruth@example.org")
    held = ruth.appointments.order_by("role").values_list("role", "represents__designation", "group__designation")
    assert list(held) == [("member", None, "JCA-MV"), ("representative", "IETF", "JCA-MV")]
    assert people_table(desk, text).plan.counts()["unchanged"] == 3


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("999999,Mel Member,,member,", "Nobody at this desk has the number 999999."),
        (",,,member,", "The name is missing."),
        (",Ann New,,,", "Give a role: somebody without one is not known at this desk."),
        (",Ann New,ann@,member,", "email: Enter a valid email address."),
        (",Ann New,,king,", "“king” is no role."),
        (",Ann New,,administrator,", "Administrators are appointed by an administrator."),
        (",Ann New,,representative,", "Say which body the person represents."),
        (",Ann New,,representative,Nowhere", "Nobody here knows “Nowhere”."),
    ],
)
def test_a_person_that_cannot_be_taken_is_refused_with_a_sentence(desk, member, row, sentence):
    (line,) = lines(people_table(desk, f"id,name,email,role,represents\n{row}\n").plan)
    assert line[1] == "refused"
    assert line[3].startswith(sentence)


def test_mails_are_written_in_a_language_of_the_desk(desk, member):
    (line,) = people_table(desk, "name,email,language\nMel Member,mel@example.org,tlh\n").plan.lines
    assert line.sentence.startswith("“tlh” is no language of the desk.")


def test_a_number_from_elsewhere_changes_nobody(desk, member):
    (line,) = people_table(desk, f"id,name,email\n{member.person.pk},Somebody Else,else@example.org\n").plan.lines
    assert line.sentence == f"Number {member.person.pk} is Mel Member here. Leave it empty to add somebody."


def test_an_administrator_appoints_administrators(desk, member):
    text = "name,email,role\nMel Member,mel@example.org,administrator\n"
    assert people_table(desk, text, frozenset({"administrator"})).plan.counts()["new"] == 1
    assert people_table(desk, text).plan.counts()["refused"] == 1


def test_people_of_another_desk_can_be_given_a_role_but_not_changed(desk, other_desk, other_secretary, member):
    otto = other_secretary.person
    text = "name,email,phone,role\nOtto Renamed,otto@example.org,123,member\n"
    apply_people(desk, text)
    otto.refresh_from_db()
    assert (otto.name, otto.phone) == ("Otto Other", "")
    assert otto.appointments.filter(group=desk.group, role="member").exists()
    (line,) = people_table(desk, text).plan.lines
    assert line.sentence.startswith("Another desk knows this person too.")


def test_an_address_belongs_to_one_person(desk, secretary, member, other_secretary):
    for address in ("sam@example.org", "OTTO@example.org"):
        (line,) = people_table(desk, f"id,name,email\n{member.person.pk},Mel Member,{address}\n").plan.lines
        assert line.sentence == "Another person has this address."


def test_two_lines_of_one_person_may_not_disagree(desk, secretary):
    text = "name,email,country,role\nAnn New,ann@example.org,Chile,member\nAnn New,ann@example.org,Peru,editor\n"
    first, second = people_table(desk, text).plan.lines
    assert (first.verdict, second.sentence) == ("new", "Line 2 says something else of this person.")


def test_namesakes_are_told_apart_by_number_or_address(desk, secretary):
    for _ in range(2):
        somebody_without_address = Person.objects.create(name="Jo Twin")
        Appointment.objects.create(person=somebody_without_address, group=desk.group, role="member")
    (line,) = people_table(desk, "name,country\nJo Twin,Chile\n").plan.lines
    assert line.sentence == "Several people are called so. Give the number (id) or the e-mail."
    exported = table.decode(PeopleTable.export(desk))
    assert people_table(desk, exported).plan.counts()["unchanged"] == 3


def test_the_table_of_people_is_that_of_one_desk(desk, secretary, other_secretary):
    assert "Otto" not in table.decode(PeopleTable.export(desk))


def test_five_thousand_people_are_read_in_a_few_queries(desk, secretary):
    rows = [f"Person {n},p{n}@example.org,member" for n in range(5_000)]
    text = "\n".join(["name,email,role", *rows])
    with CaptureQueriesContext(connection) as looking:
        plan = people_table(desk, text).plan
    assert plan.counts()["new"] == 5_000
    assert len(looking) < 12
    people_module.apply(lambda: people_table(desk, text), plan.fingerprint())
    assert Appointment.objects.filter(group=desk.group, role="member").count() == 5_000


def test_somebody_known_by_name_alone_is_found(desk, secretary):
    person = somebody("Nora Name", "nora@example.org", desk, "member").person
    apply_people(desk, "name,country\nNora Name,Norway\n")
    person.refresh_from_db()
    assert person.country == "Norway"
