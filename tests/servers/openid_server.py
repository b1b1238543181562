"""An identity provider on loopback: OpenID's discovery, a person who is already known, signed tokens."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.servers.serving import free_port, serving_app

CLIENT_ID, CLIENT_SECRET = "the-desk", "canary-Oidc-7Qp2-never-in-a-log"


@dataclass
class OpenIdServer:
    """``person`` are the claims of whoever sits in the browser; without any, the login is refused."""

    url: str
    person: dict[str, object] = field(default_factory=dict)
    codes: dict[str, tuple[str, dict[str, object]]] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))

    def discovery(self, _request: Request) -> Response:
        kinds = {"response_types_supported": ["code"], "subject_types_supported": ["public"]}
        places = {
            "authorization_endpoint": "/authorize",
            "token_endpoint": "/token",
            "jwks_uri": "/jwks",
            "end_session_endpoint": "/end",
        }
        return JSONResponse(
            {
                "issuer": self.url,
                **{name: self.url + path for name, path in places.items()},
                **kinds,
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    def authorize(self, request: Request) -> Response:
        """Sends the browser back at once: with a code, or with the refusal of nobody."""
        asked = request.query_params
        back: dict[str, str] = {"state": asked["state"]}
        if self.person:
            back["code"] = token_urlsafe(16)
            self.codes[back["code"]] = (asked["nonce"], dict(self.person))
        else:
            back["error"] = "access_denied"
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}")

    async def token(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        shown = f"{CLIENT_ID}:{CLIENT_SECRET}".encode()
        wanted = f"Basic {base64.b64encode(shown).decode()}"
        if request.headers.get("authorization") != wanted:
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        known = self.codes.pop(form.get("code", [""])[0], None)
        if known is None:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        return JSONResponse(
            {"access_token": "x", "token_type": "Bearer", "id_token": self._signed(*known)}
        )

    def _signed(self, nonce: str, person: dict[str, object]) -> str:
        now = int(time.time())
        times = {"iat": now, "exp": now + 300}
        claims = {"iss": self.url, "aud": CLIENT_ID, "nonce": nonce, **times, **person}
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)

    def jwks(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    def end(self, request: Request) -> Response:
        back = request.query_params["post_logout_redirect_uri"]
        self.ended.append(back)
        return RedirectResponse(back)


@contextmanager
def openid_server() -> Iterator[OpenIdServer]:
    """The provider on a free port; it knows nobody until ``person`` is set."""
    port = free_port()
    served = OpenIdServer(f"http://127.0.0.1:{port}")
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", served.discovery),
            Route("/authorize", served.authorize),
            Route("/token", served.token, methods=["POST"]),
            Route("/jwks", served.jwks),
            Route("/end", served.end),
        ]
    )
    with serving_app(app, port):
        yield served
