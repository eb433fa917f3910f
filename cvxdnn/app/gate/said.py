"""What a browser says on a web socket, decoded once for all guards: each hands the same message on to the next."""

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.types import Message
from streamlit.proto.BackMsg_pb2 import BackMsg

__all__ = ["NOT_STREAMLITS", "said"]

NOT_STREAMLITS = (DecodeError, TypeError)
"""What is raised for bytes that are no message of Streamlit's, and for text."""
DECODED = "cvxdnn.said"
"""Where a message keeps it."""


def said(message: Message) -> BackMsg:
    """The message of Streamlit's protocol in one of ASGI's.

    Raises
    ------
    DecodeError, TypeError
        If this is no message of Streamlit's, or text.
    """
    if DECODED not in message:
        message[DECODED] = BackMsg.FromString(message.get("bytes"))
    decoded: BackMsg = message[DECODED]
    return decoded
