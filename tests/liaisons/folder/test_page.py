"""What the desk's people see of the folder, and what the command and the tick say and do."""

import sys
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from contacts.actor import Actor
from liaisons import tasks
from liaisons.folder import report
from liaisons.models import Blob, Document, Rendition, Statement
from liaisons.workflow import record_past
from tests.fixtures import AFTER
from tests.liaisons.folder.conftest import names
from tests.pages import page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(AFTER, tick=False)


def text(response):
    return " ".join(response.content.decode().split())


class TestPage:
    def test_it_says_where_the_folder_is_and_when_it_was_brought_in_line(self, client, run, folder, sent, secretary):
        run()
        said = text(page(client, secretary, "/documents/folder/"))
        assert str(folder) in said
        assert "28 October 2025, 09:00" in said
        assert "4 files" in said
        assert "not there yet" not in said

    def test_it_belongs_to_the_documents_in_the_navigation(self, client, mirrored, secretary):
        said = text(page(client, secretary, "/documents/folder/"))
        assert '<a href="/documents/" data-words="Documents" aria-current="true">' in said

    def test_before_the_first_run_it_says_when_that_comes(self, client, mirrored, sent, secretary):
        said = text(page(client, secretary, "/documents/folder/"))
        assert "It has not been filled yet: that happens within five minutes" in said
        assert "JCA-MV-LS1.pdf · being made" in said

    def test_a_file_is_taken_from_there(self, client, run, sent, secretary, administrator):
        run()
        for user in (secretary, administrator):
            response = page(client, user, "/documents/folder/JCA-MV-LS1.pdf/")
            assert response.content.startswith(b"pdf of JCA-MV-LS1")
            assert response["Content-Disposition"] == 'attachment; filename="JCA-MV-LS1.pdf"'
        page(client, secretary, "/documents/folder/JCA-MV-LS2.pdf/", status=404)

    def test_what_the_folder_says_of_itself_opens_no_other_file(self, client, run, folder, sent, secretary):
        """Whoever may write there could name any file of the house in the index."""
        run()
        other = Blob.objects.keep(b"of another desk", "text/plain")
        with (folder / "index.csv").open("a") as file:
            file.write(f"X,,,,,,,,X.txt,15,{other.sha256}\r\n")
        page(client, secretary, "/documents/folder/X.txt/", status=404)

    def test_troubles_stand_at_the_top(self, client, run, folder, sent, secretary, settings):
        folder.mkdir()
        (folder / "JCA-MV-LS1.pdf").write_text("another one")
        (folder / "notes.txt").write_text("mine")
        settings.FOLDER_SFTP = "sftp://liaise:word@127.0.0.1/area"
        run()
        said = text(page(client, secretary, "/documents/folder/"))
        assert "FOLDER_SFTP_HOST_KEY is not set" in said
        assert "JCA-MV-LS1.pdf<br>" in said
        assert "move it away, and the right one comes" in said
        assert "notes.txt" in said
        assert ":word@" not in said

    def test_what_was_set_aside_has_a_line_of_its_own(self, client, run, folder, sent, secretary):
        run()
        (folder / "JCA-MV-LS1.pdf").write_text("changed")
        for _time in range(2):
            run()
            said = text(page(client, secretary, "/documents/folder/"))
            assert "<dt>Set aside</dt><dd>JCA-MV-LS1-changed-d67e2e94.pdf<br>" in said
            assert "Not ours" not in said

    def test_a_desk_without_a_folder_says_how_to_get_one(self, client, desk, secretary, administrator):
        assert "An administrator turns it on in the settings" in text(page(client, secretary, "/documents/folder/"))
        assert "Turn it on in the settings of the desk" in text(page(client, administrator, "/documents/folder/"))

    def test_the_register_leads_there_who_may_go_there(self, client, mirrored, secretary, administrator, member):
        link = 'href="/documents/folder/"'
        assert link in text(page(client, secretary, "/documents/"))
        assert link in text(page(client, administrator, "/documents/"))
        assert link not in text(page(client, member, "/documents/"))
        mirrored.mirrored = False
        mirrored.save()
        assert link not in text(page(client, secretary, "/documents/"))

    def test_a_file_that_cannot_be_made_is_named(self, client, mirrored, sent, secretary):
        Rendition.objects.filter(name="JCA-MV-LS1.pdf").update(tries=3)
        assert "JCA-MV-LS1.pdf · could not be made" in text(page(client, secretary, "/documents/folder/"))


class TestIndexPage:
    def test_it_stands_alone(self, run, folder, sent):
        run()
        said = (folder / "index.html").read_text()
        for outside in ("<script", "<link", "src=", "url(", "http://", "https://", "@import"):
            assert outside not in said
        assert 'href="JCA-MV-LS1.pdf"' in said
        assert "The letters carry names, telephone numbers and mail addresses of their contacts." in said

    def test_titles_are_text(self, run, folder, sent):
        Document.objects.update(title='<img src=x onerror="alert(1)">')
        run()
        assert "<img" not in (folder / "index.html").read_text()


class TestTick:
    def test_it_mirrors_the_desks_that_want_it(self, run, folder, sent, other_desk, settings):
        assert tasks.mirror_folders() == 2  # the index alone: PDF and Word are still to be made
        tasks.make_documents()
        assert tasks.mirror_folders() == 6
        assert tasks.mirror_folders() == 0
        assert [path.name for path in settings.FOLDER.iterdir()] == ["jca-mv"]

    def test_a_letter_of_the_past_is_ordered_by_one_tick_and_there_after_the_next(
        self, folder, mirrored, letter, secretary
    ):
        past = Statement(
            desk=mirrored, source_text="JCA-MV", reference="JCA-MV-LS7", state="sent",
            created_at=AFTER, approved_at=AFTER, sent_at=AFTER,
        )  # fmt: skip
        record_past(past, letter, by=Actor.of(secretary), now=AFTER, source="the archive")
        tasks.mirror_folders()
        assert names(folder) == []
        assert report.last(mirrored).waiting == 2
        tasks.make_documents()
        tasks.mirror_folders()
        assert names(folder) == ["JCA-MV-LS7.docx", "JCA-MV-LS7.pdf"]
        assert report.last(mirrored).waiting == 0

    def test_who_waited_longest_comes_first(self, mirrored, other_desk, monkeypatch):
        other_desk.mirrored = True
        other_desk.save()
        tasks.mirror_folders()
        assert report.last(mirrored).local.tried == report.last(other_desk).local.tried == AFTER
        monkeypatch.setattr("liaisons.folder.mirroring.timezone.now", lambda: AFTER + timedelta(minutes=5))
        report.keep(other_desk, report.Report(report.PlaceReport(tried_at=(AFTER - timedelta(days=1)).isoformat())))
        monkeypatch.setattr("liaisons.folder.mirroring.BEGIN_WITHIN_SECONDS", 0.0001)
        monkeypatch.setattr("liaisons.folder.mirroring.time.monotonic", iter([0.0, 0.0, 1.0, *[1.0] * 100]).__next__)
        tasks.mirror_folders()
        assert report.last(mirrored).local.tried == AFTER
        assert report.last(other_desk).local.tried == AFTER + timedelta(minutes=5)

    @pytest.mark.parametrize("where", ["liaisons.folder.mirroring.contents_of", "liaisons.folder.report.alone"])
    def test_a_fault_at_one_desk_keeps_no_other_waiting(
        self, client, mirrored, other_desk, secretary, monkeypatch, caplog, where
    ):
        """As with a register it cannot read, or files of its own that somebody made as another user."""
        other_desk.mirrored = True
        other_desk.save()
        module, _dot, name = where.rpartition(".")
        sound = getattr(sys.modules[module], name)

        def faulty(desk):
            if desk == mirrored:
                raise LookupError("password")
            return sound(desk)

        report.keep(other_desk, report.Report(report.PlaceReport(tried_at=AFTER.isoformat())))
        with monkeypatch.context() as patched:
            patched.setattr(where, faulty)
            assert tasks.mirror_folders() == 2  # the index of the other desk
        assert report.last(mirrored).local.tried == AFTER  # so that it is not the first for ever
        assert "The folder of JCA-MV was not brought in line" in caplog.text
        assert "LookupError: password" in caplog.text
        said = text(page(client, secretary, "/documents/folder/"))
        assert "The run stopped at a fault in the program (LookupError)" in said
        assert "password" not in said


class TestCommand:
    def test_it_says_what_it_wrote_removed_and_left(self, mirrored, folder, sent, capsys):
        folder.mkdir()
        (folder / "notes.txt").write_text("mine")
        call_command("mirror")
        said = capsys.readouterr().out
        assert f"JCA-MV: {folder}\n  written: JCA-MV-LS1.pdf\n" in said
        assert "  not ours, left alone: notes.txt\n" in said
        assert said.endswith("  4 files, 342 bytes; 6 written\n")
        call_command("mirror", "--desk", "jca-mv", "--dry-run")
        assert capsys.readouterr().out.endswith("  4 files, 342 bytes; 0 would be written\n")

    def test_it_ends_badly_when_something_is_wrong(self, mirrored, sent, settings):
        settings.FOLDER.rmdir()
        with pytest.raises(CommandError, match="Not everything could be done"):
            call_command("mirror")

    def test_it_goes_on_behind_a_fault(self, mirrored, sent, monkeypatch, capsys):
        def faulty(_desk):
            raise LookupError

        monkeypatch.setattr("liaisons.folder.mirroring.contents_of", faulty)
        with pytest.raises(CommandError, match="Not everything could be done"):
            call_command("mirror")
        assert "  failed: The run stopped at a fault in the program (LookupError)" in capsys.readouterr().out

    def test_it_says_which_desks_there_are(self, mirrored, other_desk):
        with pytest.raises(CommandError, match=r"There is no desk “jca”\. There are: "):
            call_command("mirror", "--desk", "jca")
        with pytest.raises(CommandError, match=r"ITU-T SG20 keeps no folder\."):
            call_command("mirror", "--desk", "sg20")

    def test_it_gives_way_to_another_one(self, mirrored):
        with report.alone(mirrored), pytest.raises(CommandError, match="Another process is at the folder of JCA-MV"):
            call_command("mirror")


def test_an_administrator_turns_it_on(client, desk, administrator):
    form = page(client, administrator, "/desk/settings/").context["form"]
    kept = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    kept |= {"remind_outsiders": "7, -1", "remind_insiders": "14, 7", "mirrored": "on"}
    assert client.post("/desk/settings/", kept).status_code == 302
    desk.refresh_from_db()
    assert desk.mirrored
