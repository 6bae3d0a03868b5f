"""Which proxy leads to a server, as the environment names it. One that kb cannot speak to is told, never passed by."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kb.errors import KbError, ModelUnreachable

if TYPE_CHECKING:
    import httpx

_SPOKEN = ("http", "https")  # schemes of proxies


def leaves_machine(address: str) -> bool:
    """Whether what is sent to `address` goes to another machine."""
    host = urlsplit(address).hostname or ""
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def proxy_for(address: str, refusal: type[KbError] = ModelUnreachable) -> httpx.Proxy | None:
    """The proxy by which `address` is reached; None where it is reached directly.

    Raises `refusal` for one of another scheme, such as SOCKS, and for one that is no address.
    """
    from urllib.request import getproxies, proxy_bypass

    import httpx

    asked = urlsplit(address)
    named = getproxies()
    scheme = asked.scheme if named.get(asked.scheme) else "all"
    proxy = named.get(scheme)
    if not proxy or proxy_bypass(asked.netloc.rpartition("@")[2]):
        return None
    variable = f"{scheme}_proxy".upper()
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    spoken = proxy.partition("://")[0].casefold()
    if spoken not in _SPOKEN:
        kind = spoken if spoken.isascii() and spoken.isalnum() else "something else"
        raise _unusable(refusal, variable, f"speaks {kind}, which kb does not")
    try:
        made = httpx.Proxy(proxy)
    except (ValueError, httpx.InvalidURL) as error:
        raise _unusable(refusal, variable, "is not an address") from error
    if not made.url.host:
        raise _unusable(refusal, variable, "names no host")
    return made


def _unusable(refusal: type[KbError], variable: str, what: str) -> KbError:
    return refusal(
        f"The proxy that the variable {variable} names {what}. Name one that begins with http://, or add the server "
        "to NO_PROXY."
    )
