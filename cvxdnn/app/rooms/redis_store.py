"""Rooms in Redis, for several replicas that serve one class. What has to happen at once is a script that Redis runs.

    room:CODE            hash      lesson, questions, secret, step, phase, reveal, version, news, expires, phones
    room:CODE:phones     hash      phone -> number
    room:CODE:seen       sorted    phone, by when it was seen
    room:CODE:silent     sorted    the same of those that have answered nothing yet
    room:CODE:said:STEP  hash      number -> [turn, news, answer]
    rooms                sorted    codes, by when their time is over

Every key of a room expires with it. With Redis's append-only file (compose.yaml, deploy/cluster.py) what was
acknowledged is there after a restart.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from cvxdnn.app.rooms.questions import Question
from cvxdnn.app.rooms.refusals import Refusal, Refused
from cvxdnn.app.rooms.room import Phase, Room
from cvxdnn.app.rooms.store import (
    EMPTY_SECONDS,
    GONE_SECONDS,
    PRESENT_SECONDS,
    ROOM_SECONDS,
    SEEN_SECONDS,
    Entry,
    Gathered,
    Mark,
)

__all__ = ["RedisStore"]

PREFIX = "cvxdnn:"
SECONDS = 1.0
"""For an answer of Redis; who waits for longer is told to try again."""
GONE, FULL, TOO_LATE, NO_PHONE = -1, -2, -3, -4

CREATE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('EXPIREAT', KEYS[1], ARGV[1])
return 1
"""
REPLACE = """
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'step', ARGV[2], 'phase', ARGV[3], 'reveal', ARGV[4])
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('HINCRBY', KEYS[1], 'news', 1)
return 1
"""
ENTER = """
local version, expires = unpack(redis.call('HMGET', KEYS[1], 'version', 'expires'))
if not version then return {-1, 0} end
local phone, now, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local number = redis.call('HGET', KEYS[2], phone)
if number then
  local seen = tonumber(redis.call('ZSCORE', KEYS[3], phone) or 0)
  if seen < now - tonumber(ARGV[5]) then
    redis.call('ZADD', KEYS[3], now, phone)
    redis.call('ZADD', KEYS[4], 'XX', now, phone)
  end
  return {tonumber(number), tonumber(version)}
end
if redis.call('HLEN', KEYS[2]) >= most and most > 0 then
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now - tonumber(ARGV[4]))) do
    redis.call('HDEL', KEYS[2], gone)
    redis.call('ZREM', KEYS[3], gone)
    redis.call('ZREM', KEYS[4], gone)
  end
end
if redis.call('HLEN', KEYS[2]) >= most then return {-2, 0} end
number = redis.call('HINCRBY', KEYS[1], 'phones', 1) - 1
redis.call('HINCRBY', KEYS[1], 'news', 1)
redis.call('HSET', KEYS[2], phone, number)
redis.call('ZADD', KEYS[3], now, phone)
redis.call('ZADD', KEYS[4], now, phone)
for k = 2, 4 do redis.call('EXPIREAT', KEYS[k], math.floor(tonumber(expires))) end
return {number, tonumber(version)}
"""
TAKE = """
local step, phase, expires = unpack(redis.call('HMGET', KEYS[1], 'step', 'phase', 'expires'))
if not step then return -1 end
local number = redis.call('HGET', KEYS[2], ARGV[1])
if not number then return -4 end
local old = redis.call('HGET', KEYS[5], number)
if old and cjson.decode(old)[1] >= tonumber(ARGV[4]) then return tonumber(number) end
if phase ~= 'open' or step ~= ARGV[3] then return -3 end
local news = redis.call('HINCRBY', KEYS[1], 'news', 1)
redis.call('HSET', KEYS[5], number, '[' .. ARGV[4] .. ',' .. news .. ',' .. ARGV[5] .. ']')
redis.call('EXPIREAT', KEYS[5], math.floor(tonumber(expires)))
redis.call('ZADD', KEYS[3], ARGV[2], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
return tonumber(number)
"""


class RedisStore:
    """See `cvxdnn.app.rooms.store.Store`.

    Parameters
    ----------
    address : str
        redis://host:port/database
    clock : callable
        Seconds since 1970.
    """

    def __init__(self, address: str, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._redis = redis.Redis.from_url(
            address,
            decode_responses=True,
            socket_timeout=SECONDS,
            socket_connect_timeout=SECONDS,
            retry=Retry(NoBackoff(), 1),  # a connection that a restart has cut
            retry_on_error=[redis.ConnectionError],
        )
        scripts = (CREATE, REPLACE, ENTER, TAKE)
        self._create, self._replace, self._enter, self._take = map(self._redis.register_script, scripts)

    def create(self, room: Room, most: int) -> bool:
        with _reached():
            self._tidy(most)
            if self._redis.zcard(_ROOMS) >= most:
                raise Refused(Refusal.ROOMS_FULL)
            questions = json.dumps([question.to_dict() for question in room.questions])
            fields = {
                **{"lesson": room.lesson, "questions": questions, "secret": room.secret, "expires": room.expires},
                **{"step": room.step, "phase": room.phase.value, "reveal": room.reveal, "version": room.version},
                **{"news": 1, "phones": 0},
            }
            flat = [each for pair in fields.items() for each in pair]
            if not self._create(keys=[_key(room.code)], args=[int(room.expires), *flat]):
                return False
            self._redis.zadd(_ROOMS, {room.code: room.expires})
            return True

    def read(self, code: str) -> Room | None:
        with _reached():
            found = self._redis.hgetall(_key(code))
        if not found or float(found["expires"]) <= self._clock():
            return None
        return Room(
            code=code,
            lesson=found["lesson"],
            questions=tuple(map(Question.from_dict, json.loads(found["questions"]))),
            expires=float(found["expires"]),
            secret=found["secret"],
            step=int(found["step"]),
            phase=Phase(found["phase"]),
            reveal=found["reveal"],
            version=int(found["version"]),
        )

    def replace(self, room: Room) -> bool:
        with _reached():
            told = [room.version, room.step, room.phase.value, room.reveal]
            return bool(self._replace(keys=[_key(room.code)], args=told))

    def enter(self, code: str, phone: str, most: int) -> Entry | None:
        with _reached():
            told = [phone, self._clock(), most, GONE_SECONDS, SEEN_SECONDS]
            number, version = self._enter(keys=_keys(code), args=told)
        if number == FULL:
            raise Refused(Refusal.ROOM_FULL)
        return None if number == GONE else Entry(number, version)

    def take(self, code: str, phone: str, step: int, turn: int, answer: Any) -> int | None:
        with _reached():
            told = [phone, self._clock(), step, turn, json.dumps(answer, separators=(",", ":"))]
            number = int(self._take(keys=[*_keys(code), _said(code, step)], args=told))
        if number in (TOO_LATE, NO_PHONE):
            raise Refused(Refusal.TOO_LATE if number == TOO_LATE else Refusal.NO_PHONE)
        return None if number == GONE else number

    def gathered(self, code: str, step: int, after: int = 0) -> Gathered:
        with _reached():
            phones = self._redis.zcount(f"{_key(code)}:seen", self._clock() - PRESENT_SECONDS, "+inf")
            said = {int(number): json.loads(each) for number, each in self._redis.hgetall(_said(code, step)).items()}
        newest = {number: answer for number, (_, news, answer) in sorted(said.items()) if news > after}
        return Gathered(phones, len(said), newest)

    def marks(self, codes: Sequence[str]) -> dict[str, Mark]:
        with _reached(), self._redis.pipeline(transaction=False) as asked:
            for code in codes:
                asked.hmget(_key(code), "version", "news", "expires")
            found = dict(zip(codes, asked.execute(), strict=True))
        now = self._clock()
        return {
            code: Mark(int(version), int(news))
            for code, (version, news, expires) in found.items()
            if version is not None and float(expires) > now
        }

    def drop(self, code: str) -> None:
        with _reached():
            said = list(self._redis.scan_iter(f"{_key(code)}:said:*"))
            self._redis.delete(*_keys(code), *said)
            self._redis.zrem(_ROOMS, code)

    def close(self) -> None:
        self._redis.close()

    def _tidy(self, most: int) -> None:
        """Forget rooms whose time is over and, where there are too many, the oldest that nobody has entered."""
        now = self._clock()
        for code in self._redis.zrangebyscore(_ROOMS, "-inf", now):
            self.drop(code)
        if self._redis.zcard(_ROOMS) < most:
            return
        for code in self._redis.zrangebyscore(_ROOMS, "-inf", now + ROOM_SECONDS - EMPTY_SECONDS):
            if not self._redis.exists(f"{_key(code)}:phones"):
                self.drop(code)
                return


_ROOMS = f"{PREFIX}rooms"


def _key(code: str) -> str:
    return f"{PREFIX}room:{{{code}}}"  # braces: a cluster of Redis keeps what is in them together


def _keys(code: str) -> list[str]:
    return [_key(code), *(f"{_key(code)}:{name}" for name in ("phones", "seen", "silent"))]


def _said(code: str, step: int) -> str:
    return f"{_key(code)}:said:{step}"


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise Refused(Refusal.STORE_AWAY) from error
