"""Facts of a letter that went to many bodies, and a mail of several by whom it goes to."""

from pathlib import Path

from django.conf import settings

from liaisons.letter import Addressed, Contact
from liaisons.models import Message

TEMPLATES = Path(settings.BASE_DIR, "templates/liaisons/mail")

# Facts of FG-MV-LS1, with the longest names among its addressees and all kinds of letters in its contacts.
FG_MV_TITLE = (
    "LS on the establishment of the ITU-T Focus Group on metaverse (FG-MV) and invitation to share information "
    "on related standardization activities"
)
FG_MV_CONTACTS = (
    Contact("Shin-Gak Kang", "ETRI", "Korea (Rep. of)", email="sgkang@example.org"),
    Contact("Per Fröjdh", "Telefon AB – LM Ericsson", "Sweden", "+46 10 000 00 00", "per.frojdh@example.org"),
    Contact("Leonidas Anthopoulos", "University of Thessaly", "Greece", email="leonidas@example.org"),
    Contact("王云涛", "工业和信息化部信息通信研究院标准化研究中心 (MIIT)", "China", email="wang@example.org"),
)
FG_MV_ADDRESSEES = (
    Addressed("ITU-T SG21", "action", "ITU-T SG21"),
    Addressed("IETF", "comment", "IETF"),
    Addressed("World Metaverse Council", "action", "World Metaverse Council"),
    Addressed("ITU-T TSAG", "information", "ITU-T TSAG"),
    Addressed("Institute of Electrical and Electronics Engineers – Virtual Reality and Augmented Reality Working Group "
              "(IEEE VRARSC)", "information"),
)  # fmt: skip


def to(address: str, messages) -> Message:
    [found] = [message for message in messages if message.recipient == address]
    return found
