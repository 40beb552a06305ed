"""Runs a program that may reach nothing but this machine:

    python offline.py DEPARTURES PROGRAM [ARGUMENT...]

Whatever tries to leave fails, and a line in the file DEPARTURES names where it wanted.
"""

import os
import runpy
import sys
from ipaddress import ip_address


def main() -> None:
    """Guard, then run the program as `python PROGRAM` would."""
    departures = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def guard(event: str, arguments: tuple[object, ...]) -> None:
        match event, arguments:
            case (("socket.connect" | "socket.sendto"), (_, (str(host), *_))):
                pass
            case "socket.getaddrinfo", ((str() | bytes()) as name, *_):
                host = os.fsdecode(name)
            case _:
                return
        if not _is_loopback(host):
            os.write(departures, f"{host}\n".encode())
            raise OSError(f"{event} {host}: this program runs offline")

    sys.addaudithook(guard)
    sys.argv = sys.argv[2:]
    sys.path[0] = os.path.dirname(sys.argv[0])
    runpy.run_path(sys.argv[0], run_name="__main__")


def _is_loopback(host: str) -> bool:
    if host in {"", "localhost"}:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


if __name__ == "__main__":
    main()
