"""``/s/{token}``: a share link becomes a cookie and a clean address."""

from __future__ import annotations

import logging

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from core.access import REPORT
from core.errors import CouncilError
from pages.http.access import SHARE_COOKIE
from pages.http.cookies import keep
from pages.http.keys import CLOCK, shares
from pages.http.shares import EXPIRED, FORGED, REVOKED, UNREADABLE, page_of
from pages.http.store import commands_store
from storage.passes import share_opened

UNKEPT = {"Cache-Control": "no-store"}
STATUS = {FORGED: 403, REVOKED: 410, EXPIRED: 410, UNREADABLE: 503}
log = logging.getLogger("council.access")


def follow(request: Request) -> Response:
    """303 to the granted page; one plain line with 403 for a forged link and 410 for one that is over."""
    known, token = shares(), request.path_params["token"]
    found = FORGED if known is None else known.found(token)
    if isinstance(found, str):
        return PlainTextResponse(found + "\n", status_code=STATUS[found])
    if found.page == REPORT:  # a file, not a page: nobody becomes a guest of the app by it
        return RedirectResponse(f"/r/{token}", status_code=303, headers=UNKEPT)
    note_opened(found.share_id)
    answer = RedirectResponse(page_of(found.page, found.week_id), status_code=303)
    keep(answer, request, SHARE_COOKIE, token, found.expires_at - CLOCK.now())
    answer.headers.update(UNKEPT)
    return answer


def note_opened(share_id: str) -> None:
    """Keep that it was opened; a log that takes nothing now keeps nobody from reading."""
    try:
        with commands_store() as store:
            share_opened(store, share_id, CLOCK)
    except CouncilError as error:
        log.warning("link %s was opened and not noted: %s", share_id, error)


def routes() -> list[Route]:
    return [Route("/s/{token}", follow, methods=["GET"])]
