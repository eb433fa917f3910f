"""Where a request comes from, for bounds that hold for each visitor."""

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.types import Scope

__all__ = ["neighbourhood"]

SUBSCRIBER_BITS = 64
"""Of an IPv6 address: whoever has one has all that begin so."""


def neighbourhood(scope: Scope) -> str:
    """The client's address, or the network that is one subscriber's.

    uvicorn has put what a proxy on this machine says (X-Forwarded-For) in the place of the proxy's own address. It
    believes no other; `FORWARDED_ALLOW_IPS` names those that stand elsewhere.
    """
    client = scope.get("client")
    try:
        found = ip_address(client[0] if client else "")
    except ValueError:
        return "unknown"
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, SUBSCRIBER_BITS), strict=False))
