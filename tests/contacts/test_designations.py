"""Names of groups as people write them: what is read from a line of addressees, and what is written into one."""

import re
import time
from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts import demo
from contacts.designations import Directory, key, read, write
from contacts.models import Alias, Group, Succession

pytestmark = pytest.mark.django_db

IN_2023, IN_2026 = date(2023, 3, 9), date(2026, 1, 15)

FOR_ACTION = (
    "ITU-R SG5, IEC SEG15, IEC TC57, IEC TC65, IEC TC79, IEC TC85, IEC TC100, ISO TC68, ISO TC69, ISO TC133, "
    "ISO TC184, ISO TC 307, ISO/IEC JTC1 SC24, ISO/IEC JTC1 SC27, ISO/IEC JTC1 SC29, ISO/IEC JTC1 SC38, "
    "ISO/IEC JTC1 SC41, ISO/IEC JTC1 SC43, IEEE SA, W3C, IETF, ETSI ISG-ARF, 3GPP SA1, 3GPP SA4, IPv6 Forum, "
    "Broadband Forum, TMForum, ISO/IEC JTC 1 SC42, INATBA, ITU IRG AVA, ETSI TC Cyber, ISO/IEC JTC1 SC35, "
    "World Metaverse Council, Metaverse Standards Forum, Open Metaverse Foundation, Digital Twin Consortium, "
    "VRM consortium, and IOWN Global Forum"
)
FOR_INFORMATION = "ITU-T SGs 2, 3, 5, 9, 11, 12, 13, 15, 16, 17, 20, and TSAG; ITU-D SGs 1, 2; ITU-R SG6"

# What secretaries wrote and what they meant by it; "?" marks what nobody knows, "@" a person.
CASES: dict[str, list[str]] = {
    FOR_INFORMATION: [f"ITU-T SG{n}" for n in (2, 3, 5, 9, 11, 12, 13, 15, 16, 17, 20)]
    + ["ITU-T TSAG", "ITU-D SG1", "ITU-D SG2", "ITU-R SG6"],
    "ITU-T SGs 9, 16 and 20, IEC, ISO TC184, JTC1 SC41, DTC, IOWN GF": [
        *("ITU-T SG9", "ITU-T SG16", "ITU-T SG20", "IEC", "ISO/TC 184", "ISO/IEC JTC 1/SC 41"),
        *("Digital Twin Consortium", "IOWN Global Forum"),
    ],
    "ITU-T SGs11, 13 and 16, W3C OMI, ETSI ARF, MSF, OMF, VRM": [
        *("ITU-T SG11", "ITU-T SG13", "ITU-T SG16", "W3C OMI", "ETSI ISG ARF"),
        *("Metaverse Standards Forum", "Open Metaverse Foundation", "VRM consortium"),
    ],
    "ITU-T SG13, SG15, MSF, OMF": [
        *("ITU-T SG13", "ITU-T SG15", "Metaverse Standards Forum", "Open Metaverse Foundation"),
    ],
    "IEC SEG15, JTC1 SC24 and SC41, IEEE SA MSC": [
        *("IEC SEG 15", "ISO/IEC JTC 1/SC 24", "ISO/IEC JTC 1/SC 41", "IEEE SA MSC"),
    ],
    "ISO TC 307, ISO/IEC JTC1 SC24, ISO/IEC JTC 1 SC42, ITU IRG AVA, ETSI TC Cyber, TMForum, VRM consortium, and "
    "IOWN Global Forum": [
        *("ISO/TC 307", "ISO/IEC JTC 1/SC 24", "ISO/IEC JTC 1/SC 42", "IRG-AVA", "ETSI TC CYBER", "TM Forum"),
        *("VRM consortium", "IOWN Global Forum"),
    ],
    "ITU-T SG16, ITU-T SG9, ITU-T SG20, and ITU-T SG2": ["ITU-T SG16", "ITU-T SG9", "ITU-T SG20", "ITU-T SG2"],
    "SG16 and SG13": ["ITU-T SG16", "ITU-T SG13"],
    "Q2/17, Q3/17, Q4/17, Q7/17, Q8/17, Q10/17, Q11/17, Q14/17 and Q15/17": [
        f"ITU-T Q{n}/17" for n in (2, 3, 4, 7, 8, 10, 11, 14, 15)
    ],
    "ITU-T Q1/16, Q11/16, Q12/16, Q13/16, Q21/16, Q27/16, and Q28/16 on multimedia": [
        f"ITU-T Q{n}/16" for n in (1, 11, 12, 13, 21, 27, 28)
    ],
    "ISO/TC 68/SC 8 on Reference data for financial services": ["ISO/TC 68/SC 8"],
    "ISO/IEC JTC 1/SC 24/WG6 on Computer graphics, image processing and environmental data representation": [
        "ISO/IEC JTC 1/SC 24/WG 6"
    ],
    "IEC/SMB, ISO/TMB": ["IEC SMB", "ISO TMB"],
    "ISO/IEC JTC 1 SC 24, SC 29 and SC 36": [f"ISO/IEC JTC 1/SC {n}" for n in (24, 29, 36)],
    "N/A": [],
    "-": [],
    "": [],
    "45/15, 3/4, 8/ITU-R SG11": ["ITU-T Q45/15", "ITU-T Q3/4", "ITU-R Q8/11"],
    "ITU SG 16 Q8, 9, 10/16": ["ITU-T Q8/16", "ITU-T Q9/16", "ITU-T Q10/16"],
    "3GPP SA WG4, Stefan Bruhn": ["3GPP SA4", "@Stefan Bruhn"],
    "All SDOs (especially ITU-R SG5, IEC, ISO, JTC1": ["?All SDOs", "ITU-R SG5", "IEC", "ISO", "ISO/IEC JTC 1"],
    "All SDOs": ["?All SDOs"],
    "Q8, 9, 10/16": ["ITU-T Q8/16", "ITU-T Q9/16", "ITU-T Q10/16"],
    "Questions 1, 2 and 3/16": ["ITU-T Q1/16", "ITU-T Q2/16", "ITU-T Q3/16"],
    "ITU-T SG16, Q8, 9": ["ITU-T SG16", "ITU-T Q8/16", "ITU-T Q9/16"],
    "Q8, 9": ["?Q8", "?Q9"],
    "ISO, IEC": ["ISO", "IEC"],
    "IEC and ISO": ["IEC", "ISO"],
    "ISO/IEC, IEC/SMB": ["ISO/IEC", "IEC SMB"],
    "SG20/SG21": ["ITU-T SG20", "ITU-T SG21"],
    "ITU-T SGs 2–9, TSAG": ["ITU-T SG2", "ITU-T SG3", "ITU-T SG5", "ITU-T SG9", "ITU-T TSAG"],
    "ITU-D SG1; SG2": ["ITU-D SG1", "ITU-T SG2"],
    "ITU-D SG1,\nSG2\nSG3": ["ITU-D SG1", "ITU-D SG2", "ITU-T SG3"],
    "JTC1 SC27 WG2 & SG17": ["ISO/IEC JTC 1/SC 27/WG 2", "ITU-T SG17"],
    "FG-MV WG1, WG2": ["FG-MV WG1", "FG-MV WG2"],
    "ITU-T SCV, ITU JCA-MV": ["SCV", "JCA-MV"],
    "European Conference of Postal and Telecommunications Administrations and SG5": ["CEPT", "ITU-T SG5"],
    "Open Metaverse Alliance for Web3 (OMA3)": ["OMA3"],
    "ITU-T SG99, TSAG": ["?ITU-T SG99", "ITU-T TSAG"],
    "IETF, Linux Foundation": ["IETF", "?Linux Foundation"],
    "WP4/21": ["ITU-T WP4/21"],
    "For action to: ITU-T SG2 (for its next meeting)": ["ITU-T SG2"],
    "All SGs except SG9, SCV": ["?All SGs except SG9, SCV"],
    "ITU\u2011T\u00a0SG\u00a0２": ["ITU-T SG2"],
}


@pytest.fixture
def demo_groups(db):
    demo.load(datetime(2026, 1, 15, tzinfo=UTC))


@pytest.fixture(scope="module")
def directories(django_db_setup, django_db_blocker):
    """The demo's groups as known on two days, read once for all tests that only look."""
    with django_db_blocker.unblock(), transaction.atomic():
        demo.load(datetime(2026, 1, 15, tzinfo=UTC))
        directories = {on: Directory.load(on) for on in (IN_2023, IN_2026)}
        for directory in directories.values():
            read("All SGs, SG16", directory)
        transaction.set_rollback(True)
    return directories


@pytest.fixture
def in_2023(directories):
    return directories[IN_2023]


@pytest.fixture
def in_2026(directories):
    return directories[IN_2026]


def meant(text: str, directory: Directory) -> list[str]:
    return [
        f"@{mention.person}" if mention.person else mention.designation or f"?{mention.text}"
        for mention in read(text, directory)
    ]


# Spellings


@pytest.mark.parametrize(
    "spellings",
    [
        [
            "Study Group 20",
            "SG20",
            "sg 20",
            "SG-20",
            "SG\u00a020",
            "SG\u201120",
            "Study\u00a0Groups 20",
            "SG020",
            "SG２０",
        ],
        ["ISO TC 307", "ISO/TC 307", "ISO TC307", "iso/tc307", "ISO Technical Committee 307"],
        ["ISO/IEC JTC 1/SC 24", "ISO/IEC JTC1 SC24", "ISO/IEC JTC 1 SC 24", "ISO–IEC JTC 1, Subcommittee 24"],
        ["Q9/21", "Question 9/21", "q 9 / 21"],
        ["3GPP SA4", "3GPP SA WG4"],
        ["TM Forum", "TMForum"],
        ["SG16", "COM 16"],
    ],
)
def test_spellings_of_one_name_have_one_key(spellings):
    assert {key(spelling) for spelling in spellings} == {key(spellings[0])}


@pytest.mark.parametrize(
    ("one", "other"),
    [("SG1", "SG11"), ("Q9/21", "Q92/1"), ("SC 2/WG 4", "SC 24"), ("ITU-T SG5", "ITU-R SG5"), ("क", "कि")],
)
def test_different_names_have_different_keys(one, other):
    assert key(one) != key(other)


def test_what_has_no_letters_and_digits_has_no_key_and_names_nobody(in_2026):
    assert key(" – / ") == ""
    assert in_2026.find(" – / ") is None


# The directory


def test_reading_takes_two_queries_and_two_more_when_it_must_know_who_followed_whom(
    demo_groups, django_assert_num_queries
):
    with django_assert_num_queries(2):
        directory = Directory.load(IN_2026)
        assert [read(text, directory) for text in ("JTC1 SC24 and SC41, TSAG", "IETF, ITU SG 5 Q6/5")]
    with django_assert_num_queries(2):
        read(f"All SGs; {FOR_INFORMATION}; FG-MV; SG9; SG16", directory)
        read("All SGs, SG9", directory)


def test_of_two_groups_of_one_name_the_one_in_force_is_found(demo_groups):
    old = Group.objects.get(designation="FG-MV")
    new = Group.objects.create(designation="FG-MV", kind="focus_group", valid_from=date(2026, 1, 1))
    assert Directory.load(IN_2023).find("FG-MV") == old
    assert Directory.load(date(2025, 1, 1)).find("FG-MV") == old
    assert Directory.load(IN_2026).find("FG-MV") == new


def test_a_local_spelling_counts_only_where_it_is_at_home(demo_groups):
    everywhere = Directory.load(IN_2023)
    at_home = Directory.load(IN_2023, within=Group.objects.get(designation="FG-MV WG2"))
    assert everywhere.find("WG1") is None
    assert everywhere.find("SC24") is None
    assert str(at_home.find("WG1")) == "FG-MV WG1"
    assert str(at_home.find("TG-media coding")) == "FG-MV TG-media coding"


def test_a_bare_study_group_is_one_of_the_readers_own_sector(demo_groups):
    in_the_other_sector = Directory.load(IN_2026, within=Group.objects.get(designation="ITU-R SG6"))
    assert meant("SG5, TSAG", in_the_other_sector) == ["ITU-R SG5", "ITU-T TSAG"]


def test_a_spelling_given_once_is_known_from_then_on(demo_groups):
    assert meant("IETF, the Vocabulary people", Directory.load(IN_2026)) == ["IETF", "?the Vocabulary people"]
    group = Group.objects.get(designation="SCV")
    Alias.objects.create(group=group, text="the Vocabulary people", key=key("the Vocabulary people"))
    assert meant("IETF, the Vocabulary people", Directory.load(IN_2026)) == ["IETF", "SCV"]


# Reading


@pytest.mark.parametrize("text", CASES)
def test_a_line_is_read_as_an_experienced_secretary_reads_it(text, in_2023):
    assert meant(text, in_2023) == CASES[text]


@pytest.mark.parametrize("text", ["All SGs", "all ITU-T study groups", "All for information", "to all ITU-T SGs"])
@pytest.mark.parametrize(
    ("on", "numbers"),
    [(IN_2023, (2, 3, 5, 9, 11, 12, 13, 15, 16, 17, 20)), (IN_2026, (2, 3, 5, 11, 12, 13, 15, 17, 20, 21))],
)
def test_all_study_groups_are_those_of_the_day(directories, text, on, numbers):
    mentions = read(f"{text}, SCV", directories[on])
    assert [mention.designation for mention in mentions] == [f"ITU-T SG{n}" for n in numbers] + ["SCV"]
    assert all(text.removeprefix("to ") in mention.note for mention in mentions[:-1])


def test_all_study_groups_among_others(in_2023):
    assert meant("to all ITU-T SGs, ITU-R SG5 and various external organizations", in_2023)[-2:] == [
        "ITU-R SG5",
        "?various external organizations",
    ]


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("ITU-T SGs 2, 3 and TSAG", ["ITU-T SG2", "ITU-T SG3", "ITU-T TSAG"]),
        ("ITU-T Study Groups 2 and 3", ["ITU-T Study Group 2", "ITU-T Study Group 3"]),
        ("ISO TC 184, 307", ["ISO TC 184", "ISO TC 307"]),
        ("JTC1 SC24 and SC41, MSF", ["JTC1 SC24", "JTC1 SC41", "MSF"]),
        ("SG16 and SG13", ["SG16", "SG13"]),
        ("ITU SG 16 Q8, 9/16", ["ITU SG 16 Q8/16", "ITU SG 16 Q9/16"]),
        ("SG20 on IoT, digital twins and cities, IETF", ["SG20 on IoT, digital twins and cities", "IETF"]),
    ],
)
def test_shorthand_is_written_out_in_the_words_of_the_author(text, texts, in_2023):
    assert [mention.text for mention in read(text, in_2023)] == texts


def test_the_two_lines_of_fg_mv_ls1_name_53_addressees(in_2023):
    action, information = read(FOR_ACTION, in_2023), read(FOR_INFORMATION, in_2023)
    expected = [text.strip() for text in FOR_ACTION.replace("and IOWN", "IOWN").split(",")]
    assert [mention.text for mention in action] == expected
    assert len(action) == 38
    assert [mention.text for mention in information] == [
        *(f"ITU-T SG{n}" for n in (2, 3, 5, 9, 11, 12, 13, 15, 16, 17, 20)),
        *("ITU-T TSAG", "ITU-D SG1", "ITU-D SG2", "ITU-R SG6"),
    ]
    assert all(mention.group for mention in action + information)
    assert len({mention.group for mention in action + information}) == 53


def test_a_question_without_a_row_of_its_own_still_has_its_designation(in_2026):
    known, unknown = read("Q9/21 and Q99/21", in_2026)
    assert str(known.group) == known.designation == "ITU-T Q9/21"
    assert (unknown.text, unknown.group, unknown.designation) == ("Q99/21", None, "ITU-T Q99/21")


def test_a_group_that_has_ended_keeps_its_name_and_tells_its_successor(in_2026, in_2023):
    [then], [now] = read("ITU-T SG16", in_2023), read("ITU-T SG16", in_2026)
    assert (then.designation, then.note) == ("ITU-T SG16", "")
    assert now.designation == "ITU-T SG16"
    assert now.note == "ITU-T SG16 ended on 24 October 2024; its work went to ITU-T SG21."
    assert [m.note for m in read("FG-MV", in_2026)] == ["FG-MV ended on 30 June 2024."]
    assert [m.note for m in read("SG21", in_2023)] == ["ITU-T SG21 begins on 24 October 2024."]


def test_the_note_names_who_has_followed_the_follower(demo_groups):
    sg21, sg22 = (
        Group.objects.get(designation="ITU-T SG21"),
        Group.objects.create(designation="SG22", kind="study_group"),
    )
    sg21.valid_to = date(2028, 12, 31)
    sg21.save()
    Succession.objects.create(predecessor=sg21, successor=sg22, taken_effect_on=date(2028, 12, 31))
    Succession.objects.create(predecessor=sg22, successor=sg21, taken_effect_on=date(2028, 12, 31))  # a ring ends
    directory = Directory.load(date(2029, 1, 1))
    [mention] = read("ITU-T SG9", directory)
    assert mention.note == "ITU-T SG9 ended on 24 October 2024; its work went to SG22."
    assert mention.group
    assert directory.heirs(mention.group) == mention.group.successors(directory.on)


# Writing


def test_a_written_line_reads_back_as_it_was(in_2023):
    for text in CASES:
        mentions = read(text, in_2023)
        assert [(m.group, m.designation) for m in read(write(mentions), in_2023)] == [
            (m.group, m.designation) for m in mentions
        ], text


def test_names_are_joined_by_commas_where_a_comma_changes_nothing():
    assert write(["ITU-T SG2", "IETF", "SC 24 on graphics, images", "TSAG"]) == (
        "ITU-T SG2, IETF; SC 24 on graphics, images; TSAG"
    )
    assert write([]) == ""


PIECES = re.findall(
    r"\n|\S+",
    "ITU-T ITU-R ITU-D ITU SG SGs SG16 SG2 2 3 9/16 16 Q8 Q9/21 Qs WP1/21 TSAG ISO IEC ISO/IEC JTC 1 JTC1 SC24 SC 24 "
    "TC 307 IETF W3C MSF All all SGs SDOs for information on and or , , , ; ( ) / - – & Foo Alliance Bruhn Stefan N/A "
    "to the 3GPP SA WG4 except \n especially : . 2-5",
)
LINES = st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)
DROPPED = set(
    re.findall(
        r"\w+",
        "and or as well plus to cc copy for action comment information also both all the itu t sgs sg study "
        "group groups especially including in particular such e g n a none nil qs q question questions "
        "wps wp tcs scs wgs tgs working party parties",
    )
)


def tokens(text: str) -> set[str]:
    return set(re.findall(r"\d+|[^\W\d_]+", text.casefold()))


def test_nothing_typed_vanishes(in_2023):
    @settings(max_examples=300, deadline=None)
    @given(LINES | st.text(max_size=120))
    def check(text: str) -> None:
        mentions = read(text, in_2023)
        kept = tokens(" ".join(f"{m.text} {m.note}" for m in mentions))
        assert tokens(text) - kept - DROPPED == set()
        assert all(m.text and m.text == m.text.strip() and "\n" not in m.text for m in mentions)

    check()


def test_what_is_written_reads_back_as_the_same_bodies(in_2023):
    names = [mention.text for text in CASES for mention in read(text, in_2023)]

    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.sampled_from(names), max_size=8))
    def check(chosen: list[str]) -> None:
        alone = [mention for name in chosen for mention in read(name, in_2023)]
        again = read(write(alone), in_2023)
        assert [m.designation or m.text for m in again] == [m.designation or m.text for m in alone]

    check()


@pytest.mark.parametrize(
    "piece",
    [
        *("a,", "a and ", "(", ")", "(a,b)", "SG2, ", "2,", "Q8, ", "Q8/16, ", "x" * 299 + ",", "a " * 149 + ",", "a/"),
        *("all ", "to ", "-", "1-9999,", "ITU-T SGs ", "a on ", "a,\n", " \u00a0", "é\u0301", "all except "),
    ],
)
def test_reading_takes_time_in_proportion_to_the_text(piece, in_2023):
    def seconds(characters: int) -> float:
        text = (piece * (characters // len(piece) + 1))[:characters]
        started = time.perf_counter()
        read(text, in_2023)
        return time.perf_counter() - started

    seconds(2_000)
    assert seconds(20_000) < max(40 * seconds(2_000), 1.0)
