"""The page of a class on the projector: /class?n=3, n=1,2,3,6 for several lessons, or with the link of one's own.

The tab keeps the secret of its class (``assets/wall/secret.js``) and tells it after a reload; the address has the
lessons only, so that nothing in it, or in what is projected, lets anybody lock or reveal.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import streamlit as st

from cvxdnn.app.address import here
from cvxdnn.app.main import PAGES
from cvxdnn.app.parts import Parts
from cvxdnn.app.rooms.classroom import Opened
from cvxdnn.app.rooms.refusals import Refusal, Refused
from cvxdnn.app.rooms.routes import desk
from cvxdnn.app.rooms.store import Store
from cvxdnn.app.share.link import qr_code
from cvxdnn.app.turn import turn
from cvxdnn.app.view import View, style
from cvxdnn.app.wall import wall
from cvxdnn.core.limits import host_limits
from cvxdnn.exhibits.lessons.asked import asked, name_of, numbered
from cvxdnn.exhibits.lessons.class_ import OpenClass, open_class, resume
from cvxdnn.exhibits.lessons.lesson import Lesson

__all__ = ["class_button", "join_address", "page"]

KEY = "class_here"
POLL_SECONDS = 0.5
WHAT = (
    "Phones join with a code of four letters, or its QR code; they need no account and give no name. They answer; you "
    "lock, reveal and go on, with the buttons or the keys of a presenter.\n"
    "All that is said is forgotten when you close the class, after four hours at the latest."
)
OF_OWN = "\nSo is your question, with its options and points; its title stays in the address of this page."
LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0")
UNREACHABLE = "Phones cannot reach {host}. Open this page under the address that this machine has in your network."
FULL = "{most} phones are in, as many as this host allows. Who cannot join answers with a neighbour."
ROOMS_FULL = (
    "This host has as many classes as it allows ({most}). Close one that is over, or try again in ten minutes: a class "
    "that nobody has entered makes room then."
)


def class_button(query: Mapping[str, str]) -> None:
    """A link to the page that opens a class, with these entries in its address (`cvxdnn.exhibits.lessons.asked`)."""
    st.page_link(PAGES / "class_.py", label="Open a class", icon=":material/groups:", query_params=dict(query))


def join_address(url: str, code: str) -> str:
    """Where phones join, from the address of this page as the teacher's browser has it."""
    page = urlsplit(url)
    above = page.path.rstrip("/").rpartition("/")[0]
    return f"{page.scheme}://{page.netloc}{above}/join/{code}"


class _Here:
    """What this tab knows of its class.

    query : entries of the address;  asked : what they ask for
    room : the class that is shown;  other : one on other lessons that the tab has opened and not closed
    is_asking : whether the browser has yet to say what it has kept
    """

    def __init__(self, query: Mapping[str, str]) -> None:
        self.query, self.asked = query, asked(query)
        self.room: OpenClass | None = None
        self.other: OpenClass | None = None
        self.trouble, self.forget, self.is_asking, self._stamp = self.asked.note, "", True, 0

    @property
    def stamp(self) -> tuple[int, int]:
        """Another one whenever there is anything new to show."""
        return self._stamp, self.room.stamp if self.room else 0

    def poll(self) -> None:
        """Take over what has happened in the class."""
        if self.room:
            with turn.given_up():  # a store that is away lets one wait
                self.room.poll()
            self._leave_if_over()

    def hear(self, name: str, told: Mapping[str, Any]) -> None:
        """What the browser says, see `wall`."""
        self._stamp += 1
        if name == "kept":
            self._come_back(Opened(told["code"], told["secret"]), told["search"])
        elif name == "known" and self.room:
            self.room.know(told["serial"])
        elif name == "asked" and told["what"] == "begin" and not self.room:
            self._open()
        elif name == "asked" and told["what"] == "resume" and not self.room:
            self._show(self.other)
        elif name == "asked" and self.room:
            self.room.act(told["what"], told["version"])
            self._leave_if_over()

    def _open(self) -> None:
        def opened(store: Store) -> None:
            self._show(open_class(store, self.asked.lessons, most=host_limits().rooms))

        self._try(opened)

    def _come_back(self, opened: Opened, search: str) -> None:
        """`search` : entries of the address under which it was opened."""
        self.is_asking = False

        def back(store: Store) -> None:
            found = resume(store, opened, lambda name: self._called(name, search))
            if name_of(found.lessons) == name_of(self.asked.lessons):
                self._show(found)
            else:
                self.other = found

        if not self.room:
            self._try(back, opened.code)

    def _called(self, name: str, search: str) -> Sequence[Lesson]:
        """The lessons that a room calls so."""
        for found in (self.asked, numbered(name), asked(dict(parse_qsl(search.removeprefix("?"))))):
            if name_of(found.lessons) == name:
                return found.lessons
        raise Refused(Refusal.WRONG_SECRET)  # whoever has opened it knows its lessons

    def _try(self, what: Callable[[Store], None], code: str = "") -> None:
        self.trouble = self.asked.note
        try:
            what(desk().store)
        except Refused as error:
            self.trouble = {
                Refusal.ROOMS_FULL: ROOMS_FULL.format(most=host_limits().rooms),
                Refusal.WRONG_SECRET: f"The class {code} that this tab had opened is over.",
            }.get(error.refusal, error.refusal.sentence)
            if error.refusal is Refusal.WRONG_SECRET:
                self.forget = code
            self.is_asking = error.refusal is Refusal.STORE_AWAY and bool(code)

    def _show(self, room: OpenClass | None) -> None:
        self.room, self.other, self.forget = room, None, ""
        if room:
            room.poll(at_once=True)

    def _leave_if_over(self) -> None:
        if self.room and self.room.is_over:
            self.forget, self.trouble = self.room.opened.code, self.room.trouble
            self.room = None
            self._stamp += 1

    def sent(self) -> dict[str, Any]:
        """What the wall shows."""
        return {
            "class": self._room(self.room) if self.room else None,
            "begin": None if self.room else self._begin(),
            "trouble": self.trouble,
            "forget": self.forget,
        }

    def _room(self, room: OpenClass) -> dict[str, Any]:
        sent, link = room.sent(), join_address(here(), room.opened.code)
        host, most = urlsplit(link).hostname or "", host_limits().phones
        trouble = FULL.format(most=most) if sent["phones"] >= most else ""
        if host in LOCAL and not sent["phones"]:
            trouble = UNREACHABLE.format(host=host)
        address = link.split("://", 1)[1].rpartition("/")[0]
        return {**sent, "link": link, "address": address, "qr": qr_code(link), "trouble": sent["trouble"] or trouble}

    def _begin(self) -> dict[str, Any]:
        titles = [f"“{each.title}”" for each in self.asked.lessons]
        buttons = [{"what": "begin", "label": "Open a class"}]
        if self.other:
            title = self.other.step.lesson.title
            buttons.append({"what": "resume", "label": f"Go on with {self.other.opened.code}, “{title}”"})
        return {
            "title": "A class on " + ", ".join(titles),
            "what": WHAT + (OF_OWN if self.asked.is_own else ""),
            "buttons": buttons,
            "back": f"./lesson?{urlencode(self.asked.query)}",
            "asks": self.is_asking,
        }


def page() -> None:
    """The page, all of it a wall."""
    st.html(f"<style>{style(View('wall'))}</style>")
    query = st.query_params.to_dict()
    here: _Here | None = st.session_state.get(KEY)
    if here is None or (here.room is None and here.query != query):
        here = st.session_state[KEY] = _Here(query)
    parts = Parts(lambda: None, lambda: None)
    parts.draw(
        "class_pulse", here.poll, shows=lambda: None, moves=lambda: here.room is not None, every=lambda: POLL_SECONDS
    )
    parts.draw("class_wall", lambda: wall(here.sent(), on_said=here.hear), shows=lambda: here.stamp)
