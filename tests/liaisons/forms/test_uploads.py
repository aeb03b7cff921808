"""What people may hand in, and under which name it is kept."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from liaisons.documents.naming import safe_name
from liaisons.forms import uploads
from liaisons.forms.uploads import FilesField, check
from tests.pages import PDF


def archive(*entries: str, content: bytes = b"<xml/>") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for entry in entries:
            opened.writestr(entry, content)
    return file.getvalue()


OFFICE = "application/vnd.openxmlformats-officedocument"


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("answer.pdf", PDF, "application/pdf"),
        ("Answer.PDF", PDF, "application/pdf"),
        ("answer.docx", archive("[Content_Types].xml", "word/document.xml"), f"{OFFICE}.wordprocessingml.document"),
        ("roadmap.xlsx", archive("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}.spreadsheetml.sheet"),
        ("roadmap.csv", "SDO;Réf.\n".encode("cp1252"), "text/csv"),
        ("letter.eml", b"From: a@example.org\r\n\r\nText\r\n", "message/rfc822"),
    ],
)  # fmt: skip
def test_a_file_that_is_what_its_name_says_is_taken(name, content, media_type):
    upload = check(SimpleUploadedFile(name, content, content_type="application/x-whatever"))
    assert (upload.name, upload.media_type, upload.content) == (name, media_type, content)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("answer.pdf", b"MZ\x90\x00", "not what its name says"),
        ("answer.docx", PDF, "not what its name says"),
        ("answer.docx", archive("xl/workbook.xml"), "not what its name says"),
        ("answer.docx", b"PK\x03\x04 broken", "not what its name says"),
        ("answer.txt", b"a\x00b", "not what its name says"),
        ("answer.csv", PDF, "not what its name says"),
        ("answer.exe", b"MZ\x90\x00", "cannot be taken"),
        ("answer.docm", archive("word/document.xml"), "cannot be taken"),
        ("answer", PDF, "cannot be taken"),
        ("answer.pdf", b"", "is empty"),
    ],
)
def test_other_files_are_refused_with_the_reason(name, content, says):
    with pytest.raises(ValidationError, match=says):
        check(SimpleUploadedFile(name, content))


def test_a_file_that_is_too_big_is_refused_before_it_is_read(settings):
    settings.UPLOAD_MAX_BYTES = len(PDF) - 1
    with pytest.raises(ValidationError, match="is larger than"):
        check(SimpleUploadedFile("answer.pdf", PDF))


def test_an_archive_that_unpacks_to_too_much_is_refused_unread(settings):
    settings.UPLOAD_MAX_BYTES = 10_000
    packed = archive("word/document.xml", content=b"0" * 200_000)
    assert len(packed) < settings.UPLOAD_MAX_BYTES
    with pytest.raises(ValidationError, match="unpacks to too much"):
        check(SimpleUploadedFile("answer.docx", packed))


def test_an_archive_of_too_many_entries_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_ENTRIES", 2)
    with pytest.raises(ValidationError, match="unpacks to too much"):
        check(SimpleUploadedFile("files.zip", archive("1", "2", "3")))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\letters\\answer.pdf", "answer.pdf"),
        ("../../etc/answer.pdf", "answer.pdf"),
        ("answer\r\nBcc: all.pdf", "answerBcc- all.pdf"),
        ("gpj.\u202efdp.pdf", "gpj.fdp.pdf"),
        ("Réponse  du   SG21.pdf", "Réponse du SG21.pdf"),
        ('a"b<c>.pdf', "a-b-c-.pdf"),
        (".pdf", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * 117 + ".pdf"),
        ("a." + "x" * 300, "a." + "x" * 118),
    ],
)
def test_names_lose_what_could_steer_a_header_a_path_or_the_eye(given, kept):
    assert safe_name(given) == kept


def test_a_field_takes_several_files_and_names_each_that_it_refuses():
    good = SimpleUploadedFile("one.pdf", PDF)
    assert [upload.name for upload in FilesField().clean([good, SimpleUploadedFile("two.txt", b"two")])] == [
        "one.pdf",
        "two.txt",
    ]
    with pytest.raises(ValidationError) as refused:
        FilesField().clean([SimpleUploadedFile("one.exe", b"MZ"), SimpleUploadedFile("two.pdf", b"MZ")])
    assert [message.split()[0] for message in refused.value.messages] == ["one.exe", "two.pdf"]


def test_a_field_takes_nothing_where_nothing_is_required_and_not_too_much_at_once():
    assert FilesField(required=False).clean(None) == []
    with pytest.raises(ValidationError, match="required"):
        FilesField().clean([])
    with pytest.raises(ValidationError, match="at most 10 files"):
        FilesField().clean([SimpleUploadedFile("one.pdf", PDF) for _ in range(11)])


def test_nothing_is_stored_before_it_is_kept(db):
    upload = check(SimpleUploadedFile("answer.pdf", PDF))
    assert not uploads.Blob.objects.exists()
    blob, name = upload.keep()
    assert (blob.read(), blob.media_type, name) == (PDF, "application/pdf", "answer.pdf")
