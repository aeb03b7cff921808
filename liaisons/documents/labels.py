"""The words printed on the page that nobody writes: labels, months and set phrases in the six languages of the ITU."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from liaisons.letter import ENGLISH_ORGANIZATION


@dataclass(frozen=True)
class Labels:
    """The set words of one language. `reviewed` is false until someone of the ITU's language service has read them."""

    organization: tuple[str, ...]
    study_period: str
    original: str
    questions: str
    meeting: str
    study_group: str
    working_party: str
    ref: str
    source: str
    title: str
    statement: str
    action: str
    comment: str
    information: str
    approval: str
    deadline: str
    contact: str
    phone: str
    email: str
    abstract: str
    requested: str
    annex: str
    figure: str
    attachments: str
    reply: str
    draft: str
    draft_undated: str
    compared: str
    emblem: str
    date_form: str
    months: tuple[str, ...]
    colon: str = ": "
    comma: str = ", "
    reviewed: bool = False

    def day(self, day: date) -> str:
        return self.date_form.format(day=day.day, month=self.months[day.month - 1], year=day.year)


ENGLISH = Labels(
    organization=ENGLISH_ORGANIZATION,
    study_period="STUDY PERIOD {period}",
    original="Original: English",
    questions="Question(s):",
    meeting="Meeting:",
    study_group="Study Group:",
    working_party="Working Party:",
    ref="Ref.:",
    source="Source:",
    title="Title:",
    statement="LIAISON STATEMENT",
    action="For action to:",
    comment="For comment to:",
    information="For information to:",
    approval="Approval:",
    deadline="Deadline:",
    contact="Contact:",
    phone="Tel:",
    email="E-mail:",
    abstract="Abstract:",
    requested="Action:",
    annex="Annex {number}",
    figure="Figure {number}",
    attachments="Attachments: {number}",
    reply="(reply to {references})",
    draft="DRAFT – for comment until {date}",
    draft_undated="DRAFT",
    compared="{number} compared with {earlier}: insertions underlined, deletions struck through",
    emblem="Emblem of the organization",
    date_form="{day} {month} {year}",
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    reviewed=True,
)

# To be reviewed: the ITU's own label texts in these languages were not at hand.
FRENCH = Labels(
    organization=(
        "UNION INTERNATIONALE DES TÉLÉCOMMUNICATIONS",
        "SECTEUR DE LA",
        "NORMALISATION DES",
        "TÉLÉCOMMUNICATIONS",
    ),
    study_period="PÉRIODE D'ÉTUDES {period}",
    original="Original: français",
    questions="Question(s):",
    meeting="Réunion:",
    study_group="Commission d'études:",
    working_party="Groupe de travail:",
    ref="Réf.:",
    source="Source:",
    title="Titre:",
    statement="NOTE DE LIAISON",
    action="Pour suite à donner:",
    comment="Pour observations:",
    information="Pour information:",
    approval="Approbation:",
    deadline="Échéance:",
    contact="Contact:",
    phone="Tél.:",
    email="Courriel:",
    abstract="Résumé:",
    requested="Mesures demandées:",
    annex="Annexe {number}",
    figure="Figure {number}",
    attachments="Pièces jointes: {number}",
    reply="(réponse à {references})",
    draft="PROJET – pour observations jusqu'au {date}",
    draft_undated="PROJET",
    compared="{number} comparé à {earlier}: insertions soulignées, suppressions barrées",
    emblem="Emblème de l'organisation",
    date_form="{day} {month} {year}",
    months=(
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
)

SPANISH = Labels(
    organization=(
        "UNIÓN INTERNACIONAL DE TELECOMUNICACIONES",
        "SECTOR DE NORMALIZACIÓN",
        "DE LAS TELECOMUNICACIONES",
    ),
    study_period="PERÍODO DE ESTUDIOS {period}",
    original="Original: español",
    questions="Cuestión(es):",
    meeting="Reunión:",
    study_group="Comisión de Estudio:",
    working_party="Grupo de Trabajo:",
    ref="Ref.:",
    source="Origen:",
    title="Título:",
    statement="DECLARACIÓN DE COORDINACIÓN",
    action="Para acción:",
    comment="Para comentarios:",
    information="Para información:",
    approval="Aprobación:",
    deadline="Plazo:",
    contact="Contacto:",
    phone="Tel.:",
    email="Correo-e:",
    abstract="Resumen:",
    requested="Acción solicitada:",
    annex="Anexo {number}",
    figure="Figura {number}",
    attachments="Documentos adjuntos: {number}",
    reply="(respuesta a {references})",
    draft="PROYECTO – para comentarios hasta el {date}",
    draft_undated="PROYECTO",
    compared="{number} comparado con {earlier}: inserciones subrayadas, supresiones tachadas",
    emblem="Emblema de la organización",
    date_form="{day} de {month} de {year}",
    months=(
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
)

RUSSIAN = Labels(
    organization=("МЕЖДУНАРОДНЫЙ СОЮЗ ЭЛЕКТРОСВЯЗИ", "СЕКТОР СТАНДАРТИЗАЦИИ", "ЭЛЕКТРОСВЯЗИ"),
    study_period="ИССЛЕДОВАТЕЛЬСКИЙ ПЕРИОД {period}",
    original="Оригинал: русский",
    questions="Вопрос(ы):",
    meeting="Собрание:",
    study_group="Исследовательская комиссия:",
    working_party="Рабочая группа:",
    ref="Исх. №:",
    source="Источник:",
    title="Название:",
    statement="ЗАЯВЛЕНИЕ О ВЗАИМОДЕЙСТВИИ",
    action="Для принятия мер:",
    comment="Для замечаний:",
    information="Для информации:",
    approval="Утверждение:",
    deadline="Срок:",
    contact="Контакт:",
    phone="Тел.:",
    email="Эл. почта:",
    abstract="Резюме:",
    requested="Требуемые меры:",
    annex="Приложение {number}",
    figure="Рисунок {number}",
    attachments="Прилагаемые документы: {number}",
    reply="(ответ на {references})",
    draft="ПРОЕКТ – для замечаний до {date}",
    draft_undated="ПРОЕКТ",
    compared="{number} в сравнении с {earlier}: добавления подчеркнуты, исключения зачеркнуты",
    emblem="Эмблема организации",
    date_form="{day} {month} {year} года",
    months=(
        *("января", "февраля", "марта", "апреля", "мая", "июня"),
        *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
    ),
)

CHINESE = Labels(
    organization=("国际电信联盟", "电信标准化部门"),
    study_period="{period} 研究期",
    original="原文：中文",
    questions="课题：",
    meeting="会议：",
    study_group="研究组：",
    working_party="工作组：",
    ref="文号：",
    source="来源：",
    title="标题：",
    statement="联络声明",
    action="采取行动：",
    comment="征求意见：",
    information="通报情况：",
    approval="批准：",
    deadline="截止日期：",
    contact="联系人：",
    phone="电话：",
    email="电子邮件：",
    abstract="摘要：",
    requested="行动：",
    annex="附件{number}",
    figure="图{number}",
    attachments="随附文件：{number}",
    reply="（回复 {references}）",
    draft="草案 – 征求意见截至 {date}",
    draft_undated="草案",
    compared="{number} 与 {earlier} 的比较：增加部分加下划线，删除部分加删除线",
    emblem="组织徽标",
    date_form="{year}年{month}月{day}日",
    months=tuple(str(month) for month in range(1, 13)),
    colon="：",
    comma="、",
)

ARABIC = Labels(
    organization=("الاتحاد الدولي للاتصالات", "قطاع تقييس الاتصالات"),
    study_period="فترة الدراسة {period}",
    original="الأصل: بالعربية",
    questions="المسألة:",
    meeting="الاجتماع:",
    study_group="لجنة الدراسات:",
    working_party="فرقة العمل:",
    ref="المرجع:",
    source="المصدر:",
    title="العنوان:",
    statement="بيان الاتصال",
    action="لاتخاذ إجراء:",
    comment="للتعليق:",
    information="للعلم:",
    approval="الموافقة:",
    deadline="الموعد النهائي:",
    contact="جهة الاتصال:",
    phone="الهاتف:",
    email="البريد:",
    abstract="الملخص:",
    requested="الإجراء المطلوب:",
    annex="الملحق {number}",
    figure="الشكل {number}",
    attachments="المرفقات: {number}",
    reply="(رد على {references})",
    draft="مشروع – للتعليق حتى {date}",
    draft_undated="مشروع",
    compared="مقارنة {number} مع {earlier}: الإضافات تحتها خط، والمحذوفات مشطوبة",
    emblem="شعار المنظمة",
    date_form="{day} {month} {year}",
    months=(
        *("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو"),
        *("يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"),
    ),
    comma="، ",
)

LABELS: Mapping[str, Labels] = MappingProxyType(
    {"en": ENGLISH, "fr": FRENCH, "es": SPANISH, "ru": RUSSIAN, "zh": CHINESE, "ar": ARABIC}
)


def labels_for(language: str) -> Labels:
    """The labels of a BCP 47 tag; a language without labels of its own is printed under English ones, by its tag."""
    known = LABELS.get(language.partition("-")[0].lower())
    return known or replace(ENGLISH, original=f"Original: {language}")


def direction_of(language: str) -> str:
    """In which direction a BCP 47 tag is written, as the value of dir=."""
    return "rtl" if language.partition("-")[0].lower() in ("ar", "fa", "he", "ur") else "ltr"
