"""A real SFTP server on the loopback, with what can go wrong at one."""

import asyncio
import threading
from contextlib import contextmanager

import asyncssh


class Server:
    """Who may come in, what was written, and after how many files the line is cut."""

    def __init__(self, root):
        self.root = root
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.password = "sésame/1"
        self.authorized = None
        self.written = []
        self.read = []
        self.connections = []
        self.cut_after = None
        self.plain_rename = False
        self.silent = False
        self.no_new_folders = False
        self.port = 0

    @property
    def public_key(self):
        return self.host_key.export_public_key().decode()

    @property
    def address(self):
        return f"sftp://liaise:s%C3%A9same%2F1@127.0.0.1:{self.port}/area"


class Door(asyncssh.SSHServer):
    def __init__(self, at):
        self.at = at

    def connection_made(self, connection):
        self.at.connections.append(connection)

    def begin_auth(self, username):
        return True

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        return (username, password) == ("liaise", self.at.password)

    def public_key_auth_supported(self):
        return self.at.authorized is not None

    def validate_public_key(self, username, key):
        return key == self.at.authorized


class Files(asyncssh.SFTPServer):
    at = None  # the server, set for each run

    def __init__(self, channel):
        super().__init__(channel, chroot=str(self.at.root))

    async def open(self, path, pflags, attrs):
        if self.at.silent:
            await asyncio.sleep(60)
        if not pflags & asyncssh.FXF_WRITE:
            self.at.read.append(path.rpartition(b"/")[2].decode())
        return super().open(path, pflags, attrs)

    def mkdir(self, path, attrs):
        if self.at.no_new_folders:
            raise asyncssh.SFTPPermissionDenied("no new folders")
        super().mkdir(path, attrs)

    def posix_rename(self, oldpath, newpath):
        if self.at.plain_rename:
            raise asyncssh.SFTPOpUnsupported("no such thing here")
        super().posix_rename(oldpath, newpath)
        self.note(newpath)

    def rename(self, oldpath, newpath):
        super().rename(oldpath, newpath)
        self.note(newpath)

    def note(self, path):
        self.at.written.append(path.rpartition(b"/")[2].decode())
        if self.at.cut_after is not None and len(self.at.written) >= self.at.cut_after:
            self.at.cut_after = None
            self.at.connections[-1].abort()


@contextmanager
def serving(root):
    """The server in a thread of its own, until the block ends."""
    at = Server(root)
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    stop = asyncio.Event()

    async def serve():
        files = type("FilesHere", (Files,), {"at": at})
        async with asyncssh.listen(
            "127.0.0.1", 0, server_factory=lambda: Door(at), sftp_factory=files, server_host_keys=[at.host_key]
        ) as listening:
            at.port = listening.get_port()
            ready.set()
            await stop.wait()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield at
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
