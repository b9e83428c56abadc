"""Who may speak to the page: a camera on a local port is a target for any site that is open.

A random token lets a browser in once; from then on a cookie does. Requests must name this very
server (a name that was made to point here is none of ours), and must not come from another origin.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOPBACK = "127.0.0.1"
_LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
_OWN_SITES = ("same-origin", "none")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    # Cookies do not tell ports apart: a page of another server on this machine gets no picture.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
"""Of every response."""


def is_loopback(address: str) -> bool:
    """Tell whether an address of a host or peer is this machine's own."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]").partition("%")[0]).is_loopback
    except ValueError:
        return False


def names_of(host: str) -> tuple[str, ...]:
    """Return the names under which a server that is bound to a host may be asked for."""
    if is_loopback(host):
        return _LOCAL_NAMES
    named = f"[{host}]" if ":" in host else host
    return (*_LOCAL_NAMES, named.lower(), socket.gethostname().lower())


@dataclass(frozen=True)
class Guard:
    """Decides about requests.

    Parameters
    ----------
    host : str
        What the server is bound to.
    port : int
        Its port.
    """

    host: str
    port: int
    token: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    @property
    def cookie(self) -> str:
        """The cookie's name: browsers share cookies between all ports of a machine."""
        return f"fastvbg-{self.port}"

    def knows(self, *tokens: str | None) -> bool:
        """Tell whether one of the given tokens is the right one, in a time that tells nothing."""
        ours = self.token.encode()
        return any(
            hmac.compare_digest((given or "").encode("utf-8", "replace"), ours) for given in tokens
        )

    def refusal(
        self, headers: Mapping[str, str], reached: str | None, *, open_to_links: bool
    ) -> str | None:
        """Return why a request is refused whoever sends it; None where it is not.

        Parameters
        ----------
        headers : mapping
            Of the request.
        reached : str, optional
            The address of ours at which it came in: an address cannot be made to point elsewhere.
        open_to_links : bool
            Whether links on other sites may lead there.
        """
        host = headers.get("Host", "")
        if host.lower() not in self._hosts(reached):
            return "host: this server has another name; open the address that fastvbg printed"
        origin = headers.get("Origin")
        if origin is not None and origin.lower() != f"http://{host}".lower():
            return "origin: another site may not use this page"
        site = headers.get("Sec-Fetch-Site")
        if site is not None and site not in _OWN_SITES and not open_to_links:
            return "site: another site may not use this page"
        return None

    def _hosts(self, reached: str | None) -> set[str]:
        names = set(names_of(self.host))
        if reached is not None:
            names.add(f"[{reached}]" if ":" in reached else reached)
        ported = {f"{name}:{self.port}" for name in names}
        return ported | names if self.port == 80 else ported
