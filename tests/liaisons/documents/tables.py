"""Tables of the field for the samples: topics, examples and the deliverables that TSAG allocated in August 2024.

Names and numbers are facts, summaries our own.
"""
# ruff: noqa: E501 – a row of a table is a line

TOPICS = (
    ("General", "Terminology", "IEC SEG15, JTC1 SC24 and SC41, IEEE SA MSC"),
    ("General", "Standard roadmap", "All SDOs"),
    ("General", "Collaboration with SDOs", "All SDOs"),
    ("Use cases and Requirements", "Use cases", "All SDOs (especially ITU-R SG5, IEC, ISO, JTC1)"),
    ("Use cases and Requirements", "High-level requirements", "All SDOs"),
    ("Media CODEC", "", "ITU-T SG16, JTC1 SC29"),
    ("Infrastructure", "Cloud network", "ITU-T SG13, JTC1 SC38"),
    ("Infrastructure", "Networking Infrastructure", "ITU-T SG13, SG15, MSF, OMF"),
    ("Infrastructure", "Blockchain (DLT)", "ITU-T SG16, ISO TC307"),
    (
        "Virtual/real world integration",
        "Virtual-real world mapping",
        "ITU-T SGs 9, 16 and 20, IEC, ISO TC184, JTC1 SC41, DTC, IOWN GF",
    ),
    ("Virtual/real world integration", "Digital assets", "MSF, OMF"),
    (
        "Interoperability",
        "Architecture and Interfaces",
        "ITU-T SGs 11, 13 and 16, W3C OMI, ETSI ARF, MSF, OMF, VRM",
    ),
    ("Security", "Security aspects", "ITU-T SG17, JTC1 SC27, MSF"),
    ("Data and PII protection", "Data and PII protect aspects", "ITU-T SG17, MSF"),
    ("Economic", "", "ITU-T SG3, ISO TC68"),
    ("Sustainability", "Environment aspects", "ITU-T SG5"),
    ("Accessibility", "Accessibility aspects", "ITU-T SG16"),
    ("Policy and Regulation", "", "ITU-T SG3, OMF"),
)

ROADMAP_COLUMNS = ("SDO / Org.", "Reference", "Type", "Title", "Status", "Category", "Summary")
ROADMAP_EXAMPLES = (
    (
        "ITU-T SG21",
        "H.MV-FRADAI",
        "Draft Recommendation",
        "Functional requirements and architecture for digital asset interoperability",
        "Under development",
        "Interoperability",
        "What it takes to move assets between platforms, and the functions that do it.",
    ),
    (
        "ISO/IEC JTC 1",
        "ISO/IEC 18026",
        "Standard",
        "Spatial Reference Model",
        "Published",
        "Enabling technology",
        "One way to say where things are, for scenes that mix sources.",
    ),
    (
        "IEEE",
        "IEEE P7016",
        "Draft Standard",
        "Ethically aligned design for XR/Metaverse",
        "Under development",
        "General",
        "What designers of immersive systems should weigh.",
    ),
    (
        "W3C",
        "WebXR API",
        "Standard",
        "WebXR Device API",
        "Published",
        "Enabling technology, Interoperability",
        "How pages in a browser use headsets and controllers.",
    ),
    (
        "3GPP SA1",
        "TR 22.87x",
        "Technical Report",
        "6G service requirements for metaverse use cases",
        "Under development",
        "Application/Service",
        "What services of the next generation of networks have to carry.",
    ),
    (
        "ETSI ISG MEC",
        "MEC Spec.",
        "Technical Specification",
        "Multi-access Edge Computing for XR/Metaverse",
        "Published",
        "Infrastructure",
        "Computing near the user, so that pictures keep up with movements.",
    ),
)


ALLOCATION_COLUMNS = ("No.", "Title", "Approved", "Allocation", "Summary of the deliverable")
_TYPES = {"TR": "Technical Report", "TS": "Technical Specification"}

# number, type, title, month of approval in 2024, allocation, summary
_ROWS = """
23|TR|Considering online and offline implications in efforts to build confidence and security in the metaverse|March|SG17|Staying out of the metaverse need not mean staying out of its effects. The report looks at what that means for trust, for safety and for people who never wanted an account, and uses a framework of confidence to sort the questions.
24|TR|A framework for confidence in the metaverse|March|SG17|Widens the framework of confidence by dimensions of security and safety, and adds a second framework for the ways in which people take part, or do not. It ends with the notion of personhood and what follows from it for whoever represents somebody else.
25|TR|Near-term and long-term Implications for people in the metaverse|March|All SGs|What may change for people soon and what may change for good, and which of the risks can be reduced now.
26|TS|Requirements for communication between human-avatar languages in the metaverse|March|SG16 and SG13|Requirements on an architecture in which people, digital humans and systems speak with each other.
27|TR|Guidelines for metaverse application in power system|March|SG20|How a power system can be mapped and run as a metaverse, with three scenarios from the business.
28|TS|Requirements for the metaverse based on digital twins enabling integration of virtual and physical worlds|March|SG20|Three kinds of use cases and what they require of digital twins, of the metaverse and of their interaction.
29|TS|Reference model for the metaverse based on a digital twin enabling integration of virtual and physical worlds|March|SG20|The parts of such a system and how they relate to each other.
30|TR|Overview of the application requirements of metaverse on emergency management in chemical industrial parks|April|SG20|What rescuers and operators need before, during and after an accident.
31|TS|Requirements, functional framework and capability of IoT for metaverse|April|SG20|What things in the network have to deliver so that a metaverse can rely on them.
32|TR|Overview of metaverse|June|All SGs|An introduction: characteristics, ecosystem, technologies.
33|TS|Glossary for metaverse|June|All SGs, SCV|Terms and definitions collected from the deliverables of the group.
34|TR|Definitions of CitiVerse|June|SG20|Compares definitions in use and proposes one.
35|TR|Building a People-centred CitiVerse|June|SG20|Principles for cities that build virtual worlds with their citizens.
36|TR|The future of travel in the metaverse: landscape and use cases|June|SG16, SG20|Use cases from planning a journey to remembering it.
37|TR|Landscape and Use cases for the Industrial metaverse|June|All SGs|Who works on it and what for, industry by industry.
38|TS|Framework and requirements for the construction of human-driven 3D digital human application system for metaverse|June|SG16|From capturing a person to showing a digital one in motion.
39|TS|Use case and requirements for virtual and real fusion coding in metaverse application|June|SG16|What a codec has to do where pictures of the world and drawn ones are mixed.
40|TS|Multimedia aspect of metaverse architecture|June|SG16|The functions for media and the reference points between them.
41|TS|the reference framework of industrial metaverse|June|SG20|Layers, functions and interfaces.
42|TR|Interoperability of identity of things across metaverse platforms|June|SG20|How a thing stays the same thing when it moves to another platform.
43|TS|High-level interoperability architecture for cross-platform metaverse|June|SG16|One architecture for avatars, assets, identities and services that cross from platform to platform.
44|TR|Security for things across metaverses in aspects of data processing and management|June|SG17|Threats and measures along the life of data.
45|TR|Challenges to achieving trustworthy metaverse|June|SG17|An inventory of what stands in the way.
46|TR|The essential components of trusted data use in building a trustworthy metaverse|June|SG17|Roles, agreements and controls for the use of data.
47|TR|Economic Value Creation and Competition in metaverse|June|SG3|Where value arises, and where competition may need attention.
48|TR|Guidance on how to build a metaverse for all: Part II - Survey|June|All SGs|What people with disabilities said when they were asked.
49|TR|Metaverse Sustainability: Driving energy efficiency and GHG emissions reduction|June|SG5|What consumes energy and how to need less of it.
50|TS|Methodology on assessment of GHG emissions of metaverse|June|SG5|How to count emissions, with boundaries and examples.
51|TR|Standardization roadmap for metaverse|June|All SGs|Published and planned documents of many bodies in one list.
52|TR|Metaverse standardization landscape for gap analyses|June|All SGs|Sets needs beside documents, so that gaps show.
"""


def allocations() -> tuple[tuple[str, ...], ...]:
    """As the table prints them."""
    printed = []
    for line in _ROWS.strip().splitlines():
        number, kind, title, month, allocation, summary = line.split("|")
        printed.append((f"FGMV-{number}", f"{_TYPES[kind]} on {title}", f"{month} 2024", allocation, summary))
    return tuple(printed)
