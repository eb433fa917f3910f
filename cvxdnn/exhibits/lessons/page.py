"""Lessons: ten questions about networks, each answered before the answer is shown."""

from cvxdnn.app.address import follow
from cvxdnn.app.page import heading
from cvxdnn.app.text import plain
from cvxdnn.app.view import group
from cvxdnn.exhibits.lessons.class_view import class_button
from cvxdnn.exhibits.lessons.lesson import PATH_OF_FOUR
from cvxdnn.exhibits.lessons.own import OWN_NUMBER
from cvxdnn.exhibits.lessons.place import own_place
from cvxdnn.exhibits.lessons.view import player
from cvxdnn.tasks import link


def page() -> None:
    """The page from top to bottom."""
    place = own_place()
    follow(place)
    is_own = place.n == OWN_NUMBER
    if place.lesson:
        menu = heading(plain(place.lesson.title) if is_own else f"{place.n}. {place.lesson.title}")
    else:
        menu = heading(
            "Predict first, then see: lessons of 90 seconds.",
            "Each shows a picture, asks what you expect, and only then shows what is right, computed or proven. "
            "Those with a star make a path for one lecture, four minutes each.",
        )
    with menu:
        if is_own and place.own:
            class_button(link.pack(place.own.texts()))
        else:
            class_button({"n": ",".join(map(str, [place.n] if place.n else PATH_OF_FOUR))})
    with group("lesson"):
        player(place)
