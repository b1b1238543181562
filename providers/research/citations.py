"""Citations as vendors give them: one a page, by its address without what only tracks readers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import JsonValue

from core.schemas.research import Citation

TRACKING = re.compile(r"^(?:utm_.*|gclid|fbclid|mc_cid|mc_eid|ref|ref_src)$", re.IGNORECASE)
IN_TEXT = re.compile(r"https?://[^\s<>\"'`\])}|\\]+")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MAX_URL = 2_000
PORTS = {"http": ":80", "https": ":443"}


def cited(url: JsonValue, title: JsonValue = None, published: JsonValue = None) -> Citation | None:
    """A citation of a web page; None for what is no http(s) address."""
    if not isinstance(url, str) or len(url) > MAX_URL:
        return None
    address = url.strip()
    if normalised(address) is None:
        return None
    words = " ".join(title.split())[:400] if isinstance(title, str) else ""
    return Citation(title=words or address, url=address, published=_day(published))


def normalised(url: str) -> str | None:
    """The page an address means: no fragment, tracking parameter, ``www.`` or last slash.

    None for what is no http(s) address.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if parts.scheme not in PORTS or not host:
        return None
    port = "" if port == PORTS[parts.scheme] else port
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode(sorted(pair for pair in pairs if not TRACKING.match(pair[0])))
    # http and https are one page
    return urlunsplit(("https", host + port, parts.path.rstrip("/"), query, ""))


def distinct(citations: Iterable[Citation | None]) -> tuple[Citation, ...]:
    """Each page once, in order; a later mention fills in a title or a day the first one lacked."""
    found: dict[str, Citation] = {}
    for one in citations:
        key = normalised(one.url) if one is not None else None
        if one is None or key is None:
            continue
        known = found.get(key)
        found[key] = one if known is None else _merged(known, one)
    return tuple(found.values())


def in_text(text: str) -> tuple[Citation, ...]:
    """Every address a text mentions, each once."""
    return distinct(cited(url.rstrip(".,;:!?*_")) for url in IN_TEXT.findall(text))


def _merged(known: Citation, other: Citation) -> Citation:
    title = other.title if known.title == known.url else known.title
    return Citation(title=title, url=known.url, published=known.published or other.published)


def _day(value: JsonValue) -> date | None:
    if not isinstance(value, str) or not (found := DAY.match(value)):
        return None
    try:
        return date.fromisoformat(found[0])
    except ValueError:
        return None
