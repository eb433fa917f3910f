"""How a room is called, and what only its teacher knows."""

import hashlib
import hmac
import re
import secrets

__all__ = ["ALPHABET", "code", "digest", "is_code", "is_phone", "opens", "secret"]

ALPHABET = "BCDFHJKMNPRSTVXZ"
"""No vowels, so no words; none of G, L, Q, W, Y, which look like C, I, O, VV, V on a wall."""
LENGTH = 4
_PHONE = re.compile(r"[A-Za-z0-9_-]{16,40}", re.ASCII)


def code() -> str:
    """A new code, one of 65,536."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def is_code(text: str) -> bool:
    """Whether a room can be called so."""
    return len(text) == LENGTH and set(text) <= set(ALPHABET)


def is_phone(text: str) -> bool:
    """Whether a phone can call itself so: nobody guesses sixteen letters."""
    return _PHONE.fullmatch(text) is not None


def secret() -> str:
    """What the teacher's tab keeps; 128 random bits."""
    return secrets.token_urlsafe(16)


def digest(told: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()


def opens(told: str, stored: str) -> bool:
    """Whether this is the secret, in a time that does not depend on how much of it is right."""
    return hmac.compare_digest(digest(told), stored)
