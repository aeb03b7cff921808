"""The folder on a server: the same files, only to the server whose key is known, and on again after a break."""

import base64
import os
import socket
import time
from datetime import timedelta

import asyncssh
import pytest
from django.core.management import call_command

from liaisons.folder import mirroring, writing
from liaisons.models import Statement
from tests.fixtures import AFTER
from tests.liaisons.folder.conftest import make_all, names
from tests.liaisons.folder.sftpserver import serving

pytestmark = pytest.mark.django_db

FILES = ["JCA-MV-Doc-001.docx", "JCA-MV-Doc-001.pdf", "JCA-MV-LS1.docx", "JCA-MV-LS1.pdf"]
ALL = sorted([*FILES, "index.csv", "index.html"])


@pytest.fixture
def server(tmp_path, settings):
    root = tmp_path / "served"
    root.mkdir()
    with serving(root) as server:
        settings.FOLDER_SFTP = server.address
        settings.FOLDER_SFTP_HOST_KEY = server.public_key
        yield server


@pytest.fixture
def area(server):
    return server.root / "area" / "jca-mv"


@pytest.fixture
def send(mirrored, sent):
    """Mirror the desk; returns the report of the server."""
    make_all()

    def send(minutes=0, **options):
        return mirroring.mirror(mirrored, AFTER + timedelta(minutes=minutes), **options).server

    return send


def test_the_server_holds_what_the_folder_holds_and_a_second_run_sends_nothing(send, server, area, folder):
    done = send()
    assert (done.error, sorted(done.written)) == ("", ALL)
    assert {path.name: path.read_bytes() for path in area.iterdir()} == {
        path.name: path.read_bytes() for path in folder.iterdir()
    }
    assert done.where == f"sftp://liaise@127.0.0.1:{server.port}/area/jca-mv"
    server.written.clear()
    assert (send(5).written, server.written) == ([], [])


def test_only_what_differs_is_sent(send, server, area):
    Statement.objects.update(posted_at=None)
    send()
    server.written.clear()
    Statement.objects.update(posted_at=AFTER)
    send()
    assert sorted(server.written) == ["JCA-MV-LS1.docx", "JCA-MV-LS1.pdf", "index.csv", "index.html"]


def test_what_others_put_there_is_named_and_left(send, area):
    area.mkdir(parents=True)
    (area / os.fsdecode(b"notes\xff.txt")).write_text("mine")
    (area / "JCA-MV-LS1.pdf").write_text("another one")
    done = send()
    assert (done.foreign, done.in_the_way) == (["notes\\udcff.txt"], ["JCA-MV-LS1.pdf"])
    assert (area / "JCA-MV-LS1.pdf").read_text() == "another one"


def test_a_server_that_cannot_rename_over_a_file_is_served_too(send, server, area):
    server.plain_rename = True
    assert send().error == ""
    (area / "index.html").write_text("spoilt")
    assert sorted(send().set_aside) == sorted(name for name in names(area) if "changed" in name)
    assert sorted(path.name for path in area.iterdir() if "changed" not in path.name) == ALL


def test_a_folder_that_the_server_keeps_ready_is_taken(send, server, area):
    server.no_new_folders = True
    assert send().error == "The server refuses: no new folders."
    area.mkdir(parents=True)
    assert (send().error, names(area)) == ("", FILES)


class TestTrust:
    def test_another_key_of_the_server_stops_everything(self, send, server, area, settings):
        settings.FOLDER_SFTP_HOST_KEY = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
        assert send().error == (
            "The server shows another key than FOLDER_SFTP_HOST_KEY, so nothing was sent. "
            "Ask those who run it for its key."
        )
        assert not area.exists()

    def test_without_its_key_nobody_is_asked(self, send, server, settings):
        settings.FOLDER_SFTP_HOST_KEY = ""
        assert send().error.startswith("FOLDER_SFTP_HOST_KEY is not set, so the server could be anybody")
        assert server.connections == []

    def test_a_wrong_password_is_told_once_in_the_log(self, send, server, area, folder, caplog):
        server.password = "another"
        said = "The server does not let liaise in. Look at the password in FOLDER_SFTP, or at FOLDER_SFTP_KEY."
        assert [send().error, send(5).error] == [said, said]
        assert len([record for record in caplog.records if said in record.getMessage()]) == 1
        assert names(folder) == FILES  # the folder here does not wait for the one there
        server.password = "sésame/1"
        assert (send(10).error, names(area)) == ("", FILES)

    def test_nothing_says_the_password(self, send, server, settings, caplog):
        server.password = "another"
        assert "same" not in repr(send())
        settings.FOLDER_SFTP = "ftp://liaise:sesame@127.0.0.1/area"
        assert send().error == "FOLDER_SFTP is not an address. Write it as sftp://user:password@host:22/path."
        assert "same" not in caplog.text

    def test_a_private_key_opens_too(self, send, server, area, settings, tmp_path):
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(tmp_path / "key")
        server.authorized = asyncssh.import_public_key(key.export_public_key())
        settings.FOLDER_SFTP = f"sftp://liaise@127.0.0.1:{server.port}/area"
        settings.FOLDER_SFTP_KEY = str(tmp_path / "key")
        assert (send().error, names(area)) == ("", FILES)
        settings.FOLDER_SFTP_KEY = str(tmp_path / "nowhere")
        assert send().error.startswith("The private key in FOLDER_SFTP_KEY cannot be read:")

    @pytest.mark.parametrize("form", ["openssh", "pkcs8-pem", "pkcs1-pem"])
    def test_a_private_key_with_a_passphrase_is_told(self, send, server, settings, tmp_path, form):
        key = tmp_path / "key"
        key.write_bytes(_locked(form))
        settings.FOLDER_SFTP_KEY = str(key)
        assert send().error == (
            "The private key in FOLDER_SFTP_KEY has a passphrase, and nobody is there to type it. Take it away "
            f"with ssh-keygen -p -f {key}, or make a key for the desk alone; let only the desk read the file."
        )
        assert server.connections == []


class TestBreaks:
    @pytest.mark.parametrize("after", [1, 3, 5])
    def test_a_connection_that_ends_in_the_middle_is_taken_up_again(self, send, server, area, after):
        server.cut_after = after
        done = send()
        assert (done.error, names(area)) == ("", FILES)
        assert len(server.connections) == 2
        assert len(server.written) == len(set(server.written)) == len(ALL)  # nothing is sent twice

    def test_what_was_known_as_sent_is_not_read_again(self, send, server, area, monkeypatch):
        """The index was written after two files and the line cut after three: only the third is compared."""
        monkeypatch.setattr(writing, "CHECKPOINT", 2)
        server.cut_after = 4
        assert send().error == ""
        _first, _second, index, third, *_rest = server.written
        assert index == "index.csv"
        assert server.read == ["index.csv", third, "index.csv"]

    def test_a_server_that_is_away_is_told_and_asked_again(self, send, server, area, settings):
        settings.FOLDER_SFTP = f"sftp://liaise:x@127.0.0.1:{_free_port()}/area"
        assert send().error == (
            "The server did not answer or ended the connection (Connection refused). The next run goes on from there."
        )
        settings.FOLDER_SFTP = server.address
        assert (send(5).error, names(area)) == ("", FILES)

    def test_a_silent_server_does_not_hold_the_tick(self, send, server, monkeypatch):
        server.silent = True
        monkeypatch.setattr(mirroring, "PATIENCE_SECONDS", 0.3)
        monkeypatch.setattr(mirroring, "TRIES", 1)
        begun = time.monotonic()
        assert "(it took too long)" in send(until=begun + 5).error
        assert time.monotonic() - begun < 3

    def test_a_refusal_of_the_server_is_told(self, send, server):
        (server.root / "area").write_text("a file where the folders should be")
        assert send().error.startswith("The server refuses: ")


def test_the_command_says_where_everything_went(mirrored, sent, server, capsys):
    make_all()
    call_command("mirror")
    said = capsys.readouterr().out
    assert f"JCA-MV: sftp://liaise@127.0.0.1:{server.port}/area/jca-mv\n  written: JCA-MV-LS1.pdf\n" in said
    assert said.count("4 files,") == 2


def _locked(form):
    """A private key with a passphrase; one of OpenSSH says so in its head."""
    key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    if form != "openssh":
        return key.export_private_key(form, passphrase="a secret")
    _begin, *lines, _end = key.export_private_key("openssh").splitlines()
    none = b"\0\0\0\4none"
    content = base64.b64decode(b"".join(lines)).replace(2 * none, b"\0\0\0\x0aaes256-ctr\0\0\0\6bcrypt")
    return b"\n".join([_begin, base64.b64encode(content), _end])


def _free_port():
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return attempt.getsockname()[1]
