"""What is raised when something is not to be had, with sentences for people; it stands on nothing."""


class Refused(Exception):
    """A step is not open. `sentences` say why and what to do, for people to read."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class Moved(Refused):
    """Somebody else changed the text or moved the statement on since the person looked at it."""
