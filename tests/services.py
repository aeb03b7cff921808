"""PostgreSQL and Redis for the tests, on Unix sockets, thrown away afterwards.

`python -m tests.services COMMAND …` runs the command with their addresses in TEST_DATABASE_URL and TEST_REDIS_URL.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def _programs() -> Path:
    """Return the folder of the newest PostgreSQL; Debian keeps its programs out of the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    in_path = shutil.which("initdb")
    if in_path is None:
        sys.exit("PostgreSQL is missing: bin/setup test")
    return Path(in_path).parent


class Postgres:
    """A PostgreSQL cluster that can be taken away and come back; what was committed is still there then."""

    def __init__(self, folder: str) -> None:
        programs = _programs()
        # PostgreSQL refuses to run as root; Debian's package brings its user.
        user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.as_user: dict[str, Any] = {"cwd": "/"}
        if os.geteuid() == 0:
            shutil.chown(folder, user)
            self.as_user |= {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
        data = f"{folder}/data"
        make = [programs / "initdb", "-D", data, "-U", "liaise", "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL, **self.as_user)
        self.log = f"{folder}/log"
        self.options = f"-c listen_addresses='' -k {folder} -c fsync=off -c full_page_writes=off"
        self.control = [programs / "pg_ctl", "-D", data, "-w", "-s"]
        self.url = f"postgres://liaise@/{folder}/postgres"

    def start(self) -> None:
        command = [*self.control, "-l", self.log, "-o", self.options, "start"]
        subprocess.run(command, check=True, **self.as_user)

    def stop(self) -> None:
        """Stop it as a crash does: nobody is asked, nothing is tidied up."""
        subprocess.run([*self.control, "-m", "immediate", "stop"], check=False, **self.as_user)


@contextmanager
def postgres() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="liaise-pg-") as folder:
        server = Postgres(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Redis:
    """A Redis server that can be taken away and come back."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"

    def start(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            sys.exit("Redis is missing: bin/setup test")
        command = [program, "--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", self.socket.parent]
        self.server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while not self.socket.exists():
            if self.server.poll() is not None:
                sys.exit(f"redis-server ended with {self.server.returncode}.")
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop it as a crash does. It keeps nothing."""
        self.server.kill()
        self.server.wait()
        self.socket.unlink(missing_ok=True)


@contextmanager
def redis() -> Iterator[Redis]:
    with tempfile.TemporaryDirectory(prefix="liaise-redis-") as folder:
        server = Redis(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with postgres() as database, redis() as broker:
        environment = {**os.environ, "TEST_DATABASE_URL": database.url, "TEST_REDIS_URL": broker.url}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
