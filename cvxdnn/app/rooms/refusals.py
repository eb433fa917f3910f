"""Every reason to say no to a phone or a teacher: a name for programs, a status of HTTP, a sentence for people."""

from enum import Enum

from cvxdnn.core.exceptions import CvxdnnError

__all__ = ["Refusal", "Refused"]


class Refusal(Enum):
    """Name, status, sentence."""

    UNKNOWN_ROOM = ("unknown room", 404, "There is no class with this code, or it is over.")
    UNKNOWN_MOVE = ("unknown move", 404, "A class is opened, locked, revealed, moved to the next question, or closed.")
    WRONG_SECRET = ("wrong secret", 403, "Only the tab that opened this class can do that.")
    NO_PHONE = ("no phone", 400, "The request does not say which phone it is from.")
    NO_ANSWER = ("no answer", 400, "This is no answer to the question.")
    NO_REVEAL = ("no reveal", 400, "This cannot be shown as the answer to the question.")
    TOO_LARGE = ("too large", 413, "This is larger than what this host takes.")
    TOO_SLOW = ("too slow", 408, "The request did not arrive in time.")
    TOO_LATE = ("too late", 409, "The answers are locked.")
    NOT_NOW = ("not now", 409, "The class is not where this could be done.")
    ROOM_FULL = ("room full", 429, "This class has as many phones as this host allows.")
    ROOMS_FULL = ("rooms full", 429, "This host has as many classes as it allows. Try again later.")
    TOO_FAST = ("too fast", 429, "Too many requests at once. Try again in a moment.")
    TOO_MANY_GUESSES = ("too many guesses", 429, "Too many wrong codes. Try again in a minute.")
    STORE_AWAY = ("store away", 503, "The host cannot reach its classes just now. Try again in a moment.")

    def __init__(self, label: str, status: int, sentence: str) -> None:
        self.label, self.status, self.sentence = label, status, sentence


class Refused(CvxdnnError):
    """What was asked is not done.

    Parameters
    ----------
    refusal : Refusal
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.sentence)
        self.refusal = refusal
