"""Letters of the field to look at and to measure: real names, numbers and titles, prose of our own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageDraw

from liaisons.letter import PICTURES, Addressed, Annex, Asked, Attached, Contact, Letter, Masthead, Purpose, Sheet
from tests.liaisons.documents.tables import (
    ALLOCATION_COLUMNS,
    ROADMAP_COLUMNS,
    ROADMAP_EXAMPLES,
    TOPICS,
    allocations,
)

_ACTION = (
    "ITU-R SG5, IEC SEG15, IEC TC57, IEC TC65, IEC TC79, IEC TC85, IEC TC100, ISO TC68, ISO TC69, ISO TC133, "
    "ISO TC184, ISO TC 307, ISO/IEC JTC1 SC24, ISO/IEC JTC1 SC27, ISO/IEC JTC1 SC29, ISO/IEC JTC1 SC38, "
    "ISO/IEC JTC1 SC41, ISO/IEC JTC1 SC43, IEEE SA, W3C, IETF, ETSI ISG-ARF, 3GPP SA1, 3GPP SA4, IPv6 Forum, "
    "Broadband Forum, TMForum, ISO/IEC JTC 1 SC42, INATBA, ITU IRG AVA, ETSI TC Cyber, ISO/IEC JTC1 SC35, "
    "World Metaverse Council, Metaverse Standards Forum, Open Metaverse Foundation, Digital Twin Consortium, "
    "VRM consortium, IOWN Global Forum"
)
_INFORMATION = (
    "ITU-T SG2, ITU-T SG3, ITU-T SG5, ITU-T SG9, ITU-T SG11, ITU-T SG12, ITU-T SG13, ITU-T SG15, ITU-T SG16, "
    "ITU-T SG17, ITU-T SG20, ITU-T TSAG, ITU-D SG1, ITU-D SG2, ITU-R SG6"
)
FOR_ACTION, FOR_INFORMATION = _ACTION.split(", "), _INFORMATION.split(", ")


def addressees(names: list[str], purpose: Purpose, requests: tuple[str, ...] = ()) -> tuple[Addressed, ...]:
    return tuple(Addressed(text=name, purpose=purpose, requests=requests) for name in names)


def table(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    """As the editor writes it: no thead, head cells in the first row, a paragraph in each cell."""

    def cells(tag: str, texts: tuple[str, ...]) -> str:
        return "<tr>" + "".join(f"<{tag}><p>{text}</p></{tag}>" for text in texts) + "</tr>"

    return f"<table><tbody>{cells('th', columns)}{''.join(cells('td', row) for row in rows)}</tbody></table>"


def merged_topics() -> str:
    """The topics of FG-MV-LS1 with one cell for rows of the same area, as in the letter that went out."""
    lines = ["<tr><th>Topics in FG-MV</th><th>Topics (but not limited to)</th><th>Related organizations</th></tr>"]
    for at, (area, topic, organizations) in enumerate(TOPICS):
        first = at == 0 or TOPICS[at - 1][0] != area
        rows = sum(1 for other in TOPICS if other[0] == area)
        span = f' rowspan="{rows}"' if rows > 1 else ""
        lines.append(f"<tr>{f'<td{span}>{area}</td>' if first else ''}<td>{topic}</td><td>{organizations}</td></tr>")
    return f"<table><tbody>{''.join(lines)}</tbody></table>"


def fg_mv_ls1() -> Sheet:
    letter = Letter(
        title="LS on requesting collaboration on metaverse standardization work",
        source="FG-MV",
        questions="N/A",
        venue_date="Riyadh, 8–9 March 2023",
        ref="FG-MV-O-001",
        abstract=(
            "The ITU-T Focus Group on metaverse (FG-MV), set up in December 2022, introduces itself to other bodies "
            "that standardize in this field and asks them for their roadmaps, specifications and reports, so that "
            "its own work can start from what exists."
        ),
        deadline=date(2023, 6, 30),
        addressees=addressees(FOR_ACTION, "action") + addressees(FOR_INFORMATION, "information"),
        contacts=(
            Contact("Shin-Gak Kang", "ETRI", "Rep. of Korea", email="chair@fg-mv.example.org"),
            Contact("Hideo Imanaka", "NICT", "Japan", email="vice-chair@fg-mv.example.org"),
        ),
        body=(
            "<p>The ITU-T Focus Group on metaverse (FG-MV) was established in December 2022. It is chaired by "
            "Mr Shin-Gak Kang (ETRI, Republic of Korea), reports to TSAG and works for one year in the first place. "
            "Experts may join it whether or not their organizations are members of ITU.</p>"
            "<p>At its first meeting, in Riyadh on 8 and 9 March 2023, the group settled its structure and a first "
            "list of deliverables. The table below says with which organizations it expects to have topics in "
            "common; it is a starting point and leaves out nobody on purpose.</p>"
            "<p>Table – Possible relationship between FG-MV topics and other SDOs</p>"
            + merged_topics()
            + "<p>We should be grateful if you would</p>"
            "<ul><li><p>send us roadmaps, technical specifications and reports on the metaverse that you have "
            "published or are preparing;</p></li>"
            "<li><p>name a liaison rapporteur with whom we can work;</p></li>"
            "<li><p>tell us which rows of the table do not describe your work well.</p></li></ul>"
            '<p>How to take part, the calendar of meetings and the documents are found at <a href="https://itu.int/go/fgmv">'
            "https://itu.int/go/fgmv</a>. The group looks forward to working with you.</p>"
        ),
    )
    masthead = Masthead(
        number="FG-MV-LS1",
        group="Focus Group on metaverse",
        study_period="2022-2024",
        questions_label="WG(s):",
        approval="ITU-T FG-MV meeting (Riyadh, 09 March 2023)",
        dated=date(2023, 3, 9),
    )
    return Sheet(letter, masthead)


REPORT = """
<p>The first meeting of JCA-MV took place in Geneva and remotely on 9 October 2025, beside the meeting of
ITU-T Study Group 21 (Geneva, 6–17 October 2025). Fifty-four people took part.</p>
<h2>1 Executive summary</h2>
<p>In short, the meeting</p>
<ul><li><p>reviewed and noted the liaison statements received from study groups, TSAG and other bodies;</p></li>
<li><p>began the Metaverse Standardization Roadmap, with three editors:</p>
<ul><li><p>Mr Hideki Yamamoto (OKI, Japan),</p></li><li><p>Ms Jungha Hong (ETRI, Korea),</p></li>
<li><p>Mr Hideo Imanaka (NICT, Japan);</p></li></ul></li>
<li><p>decided to write to the organizations concerned.</p></li></ul>
<h2>2 Opening of the meeting</h2>
<p>The Co-Chairs, Mr Shin-Gak Kang and Mr Muath AlRumayh, opened the meeting at 11:15.</p>
<h2>3 Approval of the agenda</h2>
<p>JCA-MV-Doc-001-R2 was approved as it stood. JCA-MV-Doc-019 had come late and was presented for information.</p>
<h2>7 Incoming liaison statements</h2>
<h3>7.1 LS/i on streamlining JCA operations [from TSAG]</h3>
<p>JCA-MV-Doc-005 was presented and noted.</p>
<h3>7.2 LS/r/i on revised text of Question 9/21 on metaverse (reply to SG21-LS76) [from TSAG]</h3>
<p>JCA-MV-Doc-006 was presented; the text had been approved on 6 October 2025.</p>
<h2>10 Outgoing liaison statements</h2>
<p>Three things were agreed:</p>
<ol><li><p>A statement asks the bodies in JCA-MV-Doc-020 for a focal point and for input to the roadmap.</p></li>
<li><p>A template goes with it.</p></li>
<li><p>The draft is circulated on the mailing list, with two weeks for comments from its distribution.</p></li></ol>
<h2>14 Closure of the meeting</h2>
<p>The meeting closed at 13:40.</p>
"""


def invitation(*, comments_until: date | None = None) -> Sheet:
    """The invitation of JCA-MV with both annexes; while comments are open, as the numbered draft that circulates."""
    roadmap_rows = (*ROADMAP_EXAMPLES, ("",) * len(ROADMAP_COLUMNS))
    letter = Letter(
        title="LS on nominating representatives to JCA-MV and providing input to the metaverse standardization roadmap",
        source="JCA-MV",
        questions="N/A",
        venue_date="Geneva, 9 October 2025",
        abstract=(
            "JCA-MV invites organizations and study groups to nominate a representative and to send what they have "
            "and plan for the Metaverse Standardization Roadmap, on the template in Annex 1."
        ),
        deadline=date(2026, 3, 31),
        addressees=(
            *addressees(["ISO/IEC JTC 1 SC 24", "ISO/IEC JTC 1 SC 29", "3GPP TSG SA", "W3C"], "action", ("1", "2")),
            Addressed(text="IEC SEG 15", designation="ISO/IEC JSEG 15", purpose="action", requests=("1",)),
            *addressees(["ITU-T SG20", "ITU-T SG21"], "comment", ("2",)),
            *addressees(["TSAG", "All SDOs"], "information"),
        ),
        requests=(
            Asked("1", "nominate", "Nominate a representative to JCA-MV."),
            Asked("2", "roadmap", "Fill in the template of Annex 1 and return it."),
        ),
        contacts=(
            Contact("Shin-Gak Kang", "ETRI", "Korea (Rep. of)", "+82 42 860 0000", "cochair1@jca-mv.example.org"),
            Contact("Muath AlRumayh", "CST", "Saudi Arabia", email="cochair2@jca-mv.example.org"),
        ),
        body=(
            "<p>The Joint Coordination Activity on Metaverse Standardization (JCA-MV), which TSAG established in "
            "May 2025, met for the first time on 9 October 2025. It coordinates; it writes no Recommendations.</p>"
            "<p>We ask two things of you.</p>"
            "<ol><li><p><strong>A representative.</strong> Please name a person who will speak for you in JCA-MV, with "
            "an address at which the secretariat "
            '(<a href="mailto:secretariat@jca-mv.example.org">secretariat@jca-mv.example.org</a>) can reach them.</p>'
            "</li><li><p><strong>Your entries for the roadmap.</strong> Annex 1 holds a template with six examples. "
            "One row for each document, published or being written, is enough.</p></li></ol>"
            "<p>The next meeting is planned for May 2026 in Geneva. The report of the first one is in Annex 2.</p>"
            '<p>More about JCA-MV: <a href="http://itu.int/en/ITU-T/jca/mv">http://itu.int/en/ITU-T/jca/mv</a>.</p>'
        ),
        annexes=(
            Annex(
                "Template for inputs to the Metaverse Standardization Roadmap",
                "<p>Please use the columns below; the six rows show how.</p>"
                "<p>Table 1 – How to describe a document</p>"
                + table(ROADMAP_COLUMNS, roadmap_rows)
                + "<p>NOTE – The categories are General, Application/Service, Enabling Technology, and "
                "Interoperability &amp; Infrastructure.</p>",
            ),
            Annex(
                "Report of the first meeting of the JCA-MV",
                REPORT,
                "JCA-MV-Doc-022",
                "Report of the first meeting of JCA-MV (Geneva and remotely, 9 October 2025), which began the roadmap "
                "and agreed on the letters that were to be written.",
            ),
        ),
        attachments=(
            Attached("Draft list of relevant groups and entities", "Doc-020.docx", "0" * 64, "JCA-MV-Doc-020"),
            Attached("Roadmap template as a spreadsheet", "template.xlsx", "1" * 64),
        ),
    )
    masthead = Masthead(
        number="JCA-MV-Doc-021-R1" if comments_until else "JCA-MV-LS1",
        group="JCA-MV",
        study_period="2025-2028",
        approval="" if comments_until else "JCA-MV by correspondence (5 December 2025)",
        comments_until=comments_until,
        dated=date(2025, 12, 5),
    )
    return Sheet(letter, masthead)


def reply(language: str) -> Sheet:
    """A short answer in one of the official languages."""
    bodies = {
        "fr": "<p>La commission d'études remercie le groupe et désigne ci-après son représentant.</p>",
        "es": "<p>La Comisión de Estudio agradece la invitación y designa a su representante.</p>",
        "ru": "<p>Исследовательская комиссия благодарит за приглашение и назначает представителя.</p>",
        "zh": "<p>研究组感谢来函，并指定代表参加联合协调活动的工作。</p>",
        "ar": "<p>تشكر لجنة الدراسات الفريق على الدعوة، وترد على بيان الاتصال JCA-MV-LS1 وتسمي ممثلا لها.</p>"
        "<ul><li>الممثل: Yining Zhao</li><li>العنوان: سيرسل لاحقا</li></ul>",
    }
    titles = {
        "fr": "Représentant de la CE 21 auprès de la JCA-MV",
        "es": "Representante de la CE 21 en la JCA-MV",
        "ru": "Представитель ИК21 в JCA-MV",
        "zh": "第21研究组派驻JCA-MV的代表",
        "ar": "ممثل لجنة الدراسات 21 لدى JCA-MV",
    }
    letter = Letter(
        title=titles[language],
        source="ITU-T SG21",
        language=language,
        questions="Q9/21",
        venue_date="Geneva, 6–17.10.2025",
        body=bodies[language],
        abstract=titles[language],
        addressees=(Addressed("JCA-MV", "action"), Addressed("ITU-T SG20", "information")),
        deadline=date(2026, 3, 1),
        contacts=(Contact("Yining Zhao", "TSB", "", "+41 22 730 0000", "sg21@example.org"),),
        in_reply_to=("JCA-MV-LS1",),
    )
    return Sheet(letter, Masthead("SG21-LS90", "STUDY GROUP 21", "2025-2028", approval="-", dated=date(2025, 10, 17)))


def tsag() -> Sheet:
    """TSAG allocates the deliverables that FG-MV approved in the first half of 2024, in a table over several pages."""
    letter = Letter(
        title="LS on the allocation of deliverables of FG-MV (approved from January to June 2024)",
        source="TSAG",
        questions="N/A",
        venue_date="Geneva, 29 July – 2 August 2024",
        abstract=(
            "TSAG has allocated the deliverables that the Focus Group on metaverse approved from January to June 2024 "
            "to study groups, and says how it would like its outputs to be used."
        ),
        deadline_text="N/A",
        addressees=addressees(["All ITU-T SGs"], "action") + addressees(["SCV", "FG-MV"], "information"),
        contacts=(Contact("Abdurahman M. AL HASSAN", "CST", "Saudi Arabia", email="chair@tsag.example.org"),),
        body=(
            "<p>TSAG has allocated what the Focus Group on metaverse (FG-MV) approved from January to June 2024; the "
            "table says which deliverable went where.</p><p>On the use of what FG-MV leaves, TSAG advises as follows:"
            "</p><ul><li><p>What it could not finish may be taken up by anybody, from the public version.</p></li>"
            "<li><p>For what it finished:</p><ol>"
            "<li><p>a study group with a mandate may begin a work item within its scope;</p></li>"
            "<li><p>where several are interested each may begin within its own, and they write to each other so "
            "that nothing is done twice;</p></li>"
            "<li><p>progress is told to TSAG in the reports of activities, with any overlap that stays;</p></li>"
            "<li><p>an allocation is an invitation and neither an obligation nor a request;</p></li>"
            "<li><p>whoever begins looks for gaps first, within the terms of reference.</p></li></ol></li></ul>"
            "<p>The same holds for deliverables approved before 2024. TSAG would be glad to hear what becomes of "
            "them.</p><p>Table 1 – Allocation of deliverables of FG-MV (approved from January to June 2024)</p>"
            + table(ALLOCATION_COLUMNS, allocations())
        ),
    )
    masthead = Masthead("TSAG-LS52", "TSAG", "2022-2024", approval="TSAG meeting (Geneva, 2 August 2024)")
    return Sheet(letter, replace(masthead, dated=date(2024, 8, 2)))


def spcg() -> Sheet:
    """A recommendation to JCA-MV, with what it asks in an Action row and the bodies to work with in an annex."""
    bodies = (
        "IEC TC 100 on audio, video and multimedia systems and equipment",
        "IEC TC 110 on electronic displays",
        "ISO/TC 184/SC 4 on industrial data",
        "ISO/TC 307 on blockchain and distributed ledger technologies",
        "ISO/IEC JTC 1/SC 24 on computer graphics, image processing and environmental data representation",
        "ISO/IEC JTC 1/SC 29 on coding of audio, picture, multimedia and hypermedia information",
        "ISO/IEC JTC 1/SC 41 on Internet of things and digital twin",
        "ITU-T SG17 on security aspects, with Q2/17, Q3/17, Q7/17 and Q10/17",
        "Metaverse Standards Forum",
    )
    letter = Letter(
        title="LS on the proposal for a Joint Coordination Activity on metaverse standardization",
        source="IEC/ISO/ITU-T SPCG",
        questions="N/A",
        venue_date="by correspondence",
        abstract=(
            "The IEC SMB/ISO TMB/ITU-T TSAG Standardization Programme Coordination Group (SPCG) has looked at the "
            "proposal for JCA-MV and finds interest in the metaverse in all three organizations.\n"
            "So that nothing is done twice it recommends with whom JCA-MV should speak first."
        ),
        deadline_text="by the first meeting of JCA-MV",
        addressees=(
            *addressees(["JCA-MV"], "action", ("1", "2")),
            *addressees(["IEC SMB", "ISO TMB", "ITU-T TSAG"], "information"),
        ),
        requests=(
            Asked("1", "comment", "Establish liaisons in priority with ISO/IEC JTC 1 SC 24, SC 29 and SC 36."),
            Asked("2", "comment", "Take into account the work of the joint ISO/IEC evaluation group JSEG 15."),
        ),
        contacts=(Contact("Kaoru Mizuno", "SPCG Secretariat", email="spcg@example.org"),),
        body=(
            "<p>SPCG recommends that JCA-MV start from the liaisons named above. The bodies in Annex 1 have work on "
            "the metaverse, or said that they will.</p>"
        ),
        annexes=(
            Annex("Coordination, possible collaboration", f"<ul>{''.join(f'<li>{body}</li>' for body in bodies)}</ul>"),
        ),
        attachments=(
            Attached("Recommendation on two proposals on the metaverse", "spcg-145.pdf", "2" * 64, "SPCG/145"),
        ),
    )
    return Sheet(letter, Masthead("JCA-MV-Doc-008", "SPCG", "2025-2028", approval="SPCG by correspondence"))


def picture(width: int, height: int) -> bytes:
    """A PNG with a line across, so that somebody who looks can see where it ends."""
    file = BytesIO()
    image = Image.new("RGB", (width, height), "#dbe7f3")
    ImageDraw.Draw(image).line((0, 0, width, height), fill="#1f4e79", width=4)
    image.save(file, "PNG")
    return file.getvalue()


def figures() -> Sheet:
    """A letter with a small, a wide and a high figure, one of them in a list, and with lists that count on."""
    pictures = {sha256(made).hexdigest(): made for made in (picture(300, 150), picture(1600, 500), picture(500, 1800))}
    small, wide, high = (f"{PICTURES}{name}" for name in pictures)
    letter = Letter(
        title="LS on the architecture of cross-platform metaverses",
        source="ITU-T SG21",
        questions="Q9/21",
        venue_date="Geneva, 6–17 October 2025",
        abstract="Shows how the functions of the architecture hang together.",
        addressees=addressees(["JCA-MV"], "information"),
        contacts=(Contact("Yining Zhao", "TSB", email="sg21@example.org"),),
        body=(
            f'<h2>1 Overview</h2><p>In short:</p><figure><img src="{small}" alt="Two platforms side by side">'
            "<figcaption>Figure 1 – Two platforms</figcaption></figure><p>They exchange</p>"
            '<ol start="3"><li><p>avatars;</p><ol start="2"><li><p>faces first,</p></li></ol></li>'
            f'<li><p>assets, as follows:</p><p><img src="{wide}" alt="An asset on its way"></p>'
            "<p>Figure 2 – The way of an asset</p></li></ol>"
            f'<h4>Layers</h4><figure><img src="{high}" alt="Five layers, one above the other"></figure>'
            "<blockquote><p>A layer knows only the one below.</p></blockquote>"
        ),
    )
    return Sheet(letter, Masthead("SG21-LS91", "STUDY GROUP 21", "2025-2028", dated=date(2025, 10, 17)), pictures)


UNTIL = date(2025, 12, 4)  # the last day for comments on the draft of the invitation

# What is looked at, measured and compared, by the name of its picture.
ALL: dict[str, Callable[[], Sheet]] = {
    "fg-mv-ls1": fg_mv_ls1,
    "tsag": tsag,
    "invitation": invitation,
    "draft": partial(invitation, comments_until=UNTIL),
    "spcg": spcg,
    "figures": figures,
    "reply-fr": partial(reply, "fr"),
    "reply-ar": partial(reply, "ar"),
}
