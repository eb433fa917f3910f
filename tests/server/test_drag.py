"""A drag is answered by the parts of the page that show points, and the page itself is not drawn."""

from dataclasses import dataclass, field

from benchmarks.visitor import Visitor
from tests.server.conftest import visiting

SECONDS = 20.0


@dataclass(kw_only=True)
class Observer(Visitor):
    """Remembers the links that its address bar was given."""

    links: list[str] = field(default_factory=list)

    def _take(self, message):
        super()._take(message)
        if message.WhichOneof("type") == "page_info_changed":
            self.links.append(message.page_info_changed.query_string)


def test_drags_change_chart_and_address_without_the_page(fresh_server):
    async def story(visitor):
        await visitor.switch("explore_retrain", False)
        await visitor.until(lambda: visitor.runs == 2, "the page")
        for _ in range(3):
            links = len(visitor.links)
            await visitor.drag()
            await visitor.until(lambda links=links: len(visitor.links) > links, "the address", SECONDS)
        assert visitor.runs == 2
        assert len(set(visitor.links[-3:])) == 3
        assert visitor.errors == []

    with fresh_server(CVXDNN_WORKERS="1") as server:
        visiting(story, Observer(port=server.port, number=1))
