"""A `sitecustomize` for servers under test: writes down whom a process and its children call outside this machine."""

import ipaddress
import os
import sys

CALLS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
QUESTIONS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}


def _note(event, arguments):
    if event in CALLS and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event in QUESTIONS:
        host = arguments[0][0] if isinstance(arguments[0], tuple) else arguments[0]
    else:
        return
    if not _is_here(host):
        with open(os.environ["CALLED_ELSEWHERE"], "a") as file:
            file.write(f"{event} {host} {sys.argv[:2]}\n")


def _is_here(host):
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


sys.addaudithook(_note)
