"""Which file of which paper is called what in a folder: no name is ever given to another paper."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from liaisons.folder.contents import File, Paper

Identity = tuple[str, ...]


@dataclass(frozen=True)
class Placed:
    """A paper with its files under their names in the folder."""

    paper: Paper
    files: tuple[tuple[str, File], ...]


def named(papers: Sequence[Paper], published: Mapping[str, Identity], reserved: Iterable[str]) -> list[Placed]:
    """The papers in their order, each with its files under their names.

    `published` says which paper each name, in small letters, belongs to already: no other one gets it, as when
    numbers begin again in a new study period. Else the earlier paper comes first. Names that differ only in capitals
    count as the same.
    """
    taken = set(reserved)
    owned = Counter(published.values())
    placed: dict[int, Placed] = {}
    for position in sorted(range(len(papers)), key=lambda position: papers[position].at):
        paper = papers[position]
        files = []
        for file in paper.files:
            name = _name(paper, file, published, taken, owned[paper.identity])
            taken.add(name.lower())
            files.append((name, file))
        placed[position] = Placed(paper, tuple(files))
    return [placed[position] for position in range(len(papers))]


def _name(paper: Paper, file: File, published: Mapping[str, Identity], taken: set[str], owned: int) -> str:
    """The name it has already, else the first that is free; the paper has `owned` names."""
    for name in islice(_candidates(paper, file), owned + 2 if owned else 0):
        if published.get(name.lower()) == paper.identity and name.lower() not in taken:
            return name
    free = (name for name in _candidates(paper, file) if name.lower() not in taken)
    return next(name for name in free if name.lower() not in published)


def _candidates(paper: Paper, file: File) -> Iterator[str]:
    """The name, and what it could be when that belongs to another paper."""
    root, dot, extension = file.name.rpartition(".")
    root, end = (root, f".{extension}") if dot else (extension, "")
    yield f"{root}{end}"
    if paper.period:
        yield f"{root}-{paper.period}{end}"
    number = 2
    while True:
        yield f"{root}-{number}{end}"
        number += 1
