"""A message is decoded once, whichever guards look at it."""

import asyncio

import pytest

from cvxdnn.app.gate import said as module
from cvxdnn.app.gate.messages import Messages
from cvxdnn.app.gate.said import NOT_STREAMLITS, said
from tests.app.gate.test_sockets import OTHER, PAGE, PART, Visitor, run


@pytest.fixture
def decoded(monkeypatch):
    """What has been decoded, in order."""
    bytes_, real = [], module.BackMsg

    class Counting:
        @staticmethod
        def FromString(data):
            bytes_.append(data)
            return real.FromString(data)

    monkeypatch.setattr(module, "BackMsg", Counting)
    return bytes_


def test_all_guards_together_decode_each_message_once(decoded):
    told = [OTHER, PAGE, PART, OTHER, PAGE]

    async def story(sockets, behind):
        sockets._app = Messages(behind)
        visitor = Visitor(sockets)
        for data in told:
            visitor.say(data)
        visitor.leave()
        await asyncio.wait_for(visitor.task, 10)
        assert behind.heard == told[1:]  # before it asks for a page, a socket is not heard

    run(story)
    assert [data for data in decoded if data is not None] == told  # what says nothing, as that it has left, has none


@pytest.mark.parametrize("message", [{"bytes": b"\xff"}, {"text": "words"}, {"bytes": None, "text": "words"}])
def test_what_is_none_of_streamlits_is_refused_whenever_it_is_asked(message):
    for _ in range(2):
        with pytest.raises(NOT_STREAMLITS):
            said(message)
