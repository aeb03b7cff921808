"""A real IMAP server on loopback for one mailbox: Dovecot, thrown away afterwards."""

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "secret/@"

CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
mail_location = maildir:{folder}/mail
first_valid_uid = 1
first_valid_gid = 0
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
service imap-login {{
  {unjailed}
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  {unjailed}
}}
"""


class ImapServer:
    def __init__(self) -> None:
        self.folder = Path()
        self.port = _free_port()

    def url(self, rest: str = "") -> str:
        return f"imap://desk:secret%2F%40@127.0.0.1:{self.port}/INBOX{rest}"

    @contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port) as client:
            client.login("desk", PASSWORD)
            yield client

    def put(self, raw: bytes, folder: str = "INBOX") -> None:
        with self.client() as client:
            assert client.append(folder, "", None, raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))[0] == "OK"

    def subjects(self, folder: str = "INBOX") -> list[str]:
        """Return the subjects of all mails in the folder, in order; none where there is no such folder."""
        with self.client() as client:
            status, count = client.select(folder, readonly=True)
            if status != "OK" or count == [b"0"]:
                return []
            _status, said = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
            heads = [item[1].decode() for item in said if isinstance(item, tuple)]
            return [head.partition(":")[2].strip() for head in heads]

    def empty(self) -> None:
        with self.client() as client:
            for folder in ("INBOX", "Liaise", "Read"):
                status, count = client.select(folder)
                if status == "OK" and count != [b"0"]:
                    client.store("1:*", "+FLAGS", r"(\Deleted)")
                    client.expunge()

    @contextmanager
    def running(self) -> Iterator["ImapServer"]:
        # Not below the folder of pytest, which shuts out everybody else whenever another run begins.
        with tempfile.TemporaryDirectory(prefix="liaise-imap-") as folder:
            self.folder = Path(folder)
            with self._served():
                yield self

    @contextmanager
    def _served(self) -> Iterator[None]:
        config = self.folder / "dovecot.conf"
        config.write_text(self._config())
        program = shutil.which("dovecot") or "/usr/sbin/dovecot"
        if not Path(program).exists():
            sys.exit("Dovecot is missing: bin/setup test")
        with (self.folder / "said").open("wb") as said:
            server = subprocess.Popen([program, "-F", "-c", config], stdout=said, stderr=said)
        try:
            self._wait(server)
            yield
        finally:
            server.terminate()
            server.wait(timeout=20)

    def _config(self) -> str:
        is_root = os.geteuid() == 0
        me = pwd.getpwuid(os.geteuid())
        mine = pwd.getpwnam("nobody") if is_root else me  # no server hands out the mail of root
        (self.folder / "mail").mkdir()
        (self.folder / "home").mkdir()
        if is_root:
            self.folder.chmod(0o711)
            for part in ("mail", "home"):
                os.chown(self.folder / part, mine.pw_uid, mine.pw_gid)
        return CONFIG.format(
            folder=self.folder,
            port=self.port,
            password=PASSWORD,
            user=mine.pw_uid,
            group=mine.pw_gid,
            internal="dovecot" if is_root else me.pw_name,
            internal_group="dovecot" if is_root else grp.getgrgid(me.pw_gid).gr_name,
            login="dovenull" if is_root else me.pw_name,
            unjailed="" if is_root else "chroot =",
        )

    def _wait(self, server: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            assert server.poll() is None, (self.folder / "said").read_text()
            try:
                with self.client():
                    return
            except (OSError, imaplib.IMAP4.error):
                time.sleep(0.05)
        log = self.folder / "log"
        raise AssertionError(log.read_text() if log.exists() else "dovecot does not answer")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
