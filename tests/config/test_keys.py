"""Keys are made once, whoever comes first."""

import subprocess
import sys
from pathlib import Path

from config.keys import kept_key

READ = "import sys; from pathlib import Path; from config.keys import kept_key; print(kept_key(Path(sys.argv[1])))"


def test_a_key_is_made_once_and_kept(tmp_path: Path):
    first = kept_key(tmp_path / "keys" / "secret")
    assert len(first) >= 64
    assert kept_key(tmp_path / "keys" / "secret") == first
    assert kept_key(tmp_path / "keys" / "links") != first


def test_only_the_owner_reads_a_key(tmp_path: Path):
    kept_key(tmp_path / "keys" / "secret")
    assert (tmp_path / "keys" / "secret").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path):
    path = tmp_path / "keys" / "secret"
    starters = [
        subprocess.Popen([sys.executable, "-c", READ, path], stdout=subprocess.PIPE, text=True) for _ in range(8)
    ]
    answers = [starter.communicate()[0] for starter in starters]
    assert {starter.returncode for starter in starters} == {0}
    assert len(set(answers)) == 1
    assert list(path.parent.iterdir()) == [path]
