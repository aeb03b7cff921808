"""What a run of measurements says, and which of its goals it missed."""

import os
import platform
import statistics
import sys
from pathlib import Path

missed: list[str] = []


def report(title: str, rates: dict[str, list[float]]) -> None:
    say(title)
    for name, found in rates.items():
        say(f"  {name:32} {statistics.median(found):9.2f}   ({min(found):.2f} to {max(found):.2f})")


def expect(title: str, ours: list[float], others: list[float], goal: float) -> None:
    """Compare what was measured side by side, round by round."""
    found = statistics.median(mine / other for mine, other in zip(ours, others, strict=True))
    say(f"  {title}: {found:.2f} times, wanted {goal}")
    if found < goal:
        missed.append(f"{title}: {found:.2f} instead of {goal}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def machine() -> str:
    model = next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    return (
        f"{model.partition(': ')[2]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}"
    )
