"""The login: a password for a cookie, and the way out again."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs

from jinja2 import Environment, StrictUndefined, Template
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core.access import Role, Visitor
from core.errors import CouncilError
from pages.http.access import SESSION_COOKIE, SHARE_COOKIE, visitor
from pages.http.cookies import forget, keep, local_path
from pages.http.keys import CLOCK, attempts, made_passes, passes, passwords
from pages.http.passes import LASTS
from pages.http.store import commands_store
from storage.passes import end_pass, log_in

LONGEST_BODY = 8_000
PAGE = Path(__file__).with_name("login.html.j2")
CLOSED = (
    "No password is set for this desk. Its operator makes one with `cli.py password`, or starts it "
    "with --public-read-only."
)
log = logging.getLogger("council.access")


def show(request: Request) -> Response:
    """``GET /login``: the form, or who is logged in and the way out."""
    return _page(request, local_path(request.query_params.get("next")))


async def enter(request: Request) -> Response:
    """``POST /login``: 303 back to where the visitor came from, with the cookie of a new login.

    A wrong password is 401, too many tries 429. What was typed is compared and forgotten: it is in
    no log line, no event and no answer.
    """
    form = await _form(request)
    if form is None:
        return Response("the form is too long\n", status_code=413)
    return await run_in_threadpool(_enter, request, form)


def _enter(request: Request, form: dict[str, str]) -> Response:
    target, peer = local_path(form.get("next")), request.client.host if request.client else None
    if not passwords():
        return _page(request, target, CLOSED, 403)
    if wait := attempts().wait(peer):
        answer = _page(request, target, f"Too many tries: wait {-(-wait // 60)} minutes.", 429)
        answer.headers["Retry-After"] = str(wait)
        return answer
    role = passwords().role_of(form.get("password", ""))
    if role is None:
        log.warning("a login from %s was refused", peer)
        return _page(request, target, "This is not the password.", 401)
    attempts().right(peer)
    try:
        token = _begun(role)
    except CouncilError as error:
        return _page(request, target, str(error), 503)
    log.info("a login from %s as %s", peer, role)
    answer = RedirectResponse(target, status_code=303)
    keep(answer, request, SESSION_COOKIE, token, LASTS)
    forget(answer, SHARE_COOKIE)
    return answer


def _begun(role: Role) -> str:
    opened = made_passes()
    with commands_store() as store:
        return opened.cookie_of(log_in(store, role, LASTS, CLOCK))


async def leave(request: Request) -> Response:
    """``POST /logout``: the login ends for every copy of its cookie, a share link's for this browser."""
    return await run_in_threadpool(_leave, request)


def _leave(request: Request) -> Response:
    cookie, known = request.cookies.get(SESSION_COOKIE), passes()
    pass_id = known.pass_id(cookie) if known and cookie else None
    if pass_id is not None:
        try:
            with commands_store() as store:
                end_pass(store, pass_id, visitor(request).name, CLOCK)
        except CouncilError as error:
            return _page(request, "/", str(error), 503)
    answer = RedirectResponse("/login", status_code=303)
    forget(answer, SESSION_COOKIE)
    forget(answer, SHARE_COOKIE)
    return answer


async def _form(request: Request) -> dict[str, str] | None:
    """The fields of a small form; None for a long one."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            return None
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=10)
    return {name: values[0] for name, values in fields.items()}


def _page(request: Request, target: str, wrong: str = "", status: int = 200) -> Response:
    who = visitor(request)
    shown = _template().render(
        title="Log in",
        about=_about(who),
        wrong=wrong or who.why,
        asks=bool(passwords()) and not _has_login(request),
        leaves=_way_out(request),
        next=target,
    )
    return HTMLResponse(shown, status_code=status, headers={"Cache-Control": "no-store"})


def _about(who: Visitor) -> str:
    match who.role:
        case Role.STRANGER:
            return "This desk is not open to everybody." if passwords() else CLOSED
        case Role.GUEST:
            return "You came by a share link."
    return f"You are here as {who.name}."


def _has_login(request: Request) -> bool:
    known, cookie = passes(), request.cookies.get(SESSION_COOKIE)
    return bool(known and cookie and known.login(cookie))


def _way_out(request: Request) -> str:
    if _has_login(request):
        return "Log out"
    return "Leave the shared page" if request.cookies.get(SHARE_COOKIE) else ""


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string(PAGE.read_text(encoding="utf-8"))


def routes() -> list[Route]:
    return [
        Route("/login", show, methods=["GET"]),
        Route("/login", enter, methods=["POST"]),
        Route("/logout", leave, methods=["POST"]),
    ]
