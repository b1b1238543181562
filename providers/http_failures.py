"""Which failure an HTTP status and an error body are, by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from pydantic import JsonValue

from core.errors import (
    CallRejected,
    KeyRejected,
    ModelError,
    ModelRefused,
    ModelTimeout,
    ModelUnavailable,
    OutOfCredit,
    RateLimited,
    UnknownModel,
)
from providers.scrubbing import one_line, words_of

NO_SUCH_MODEL = re.compile(
    r"not a valid model|invalid model|unknown model|no such model|model_not_found"
    r"|model[^.]{0,120}?(?:does not exist|not exist|not found|is not available|is not supported"
    r"|has been (?:deprecated|retired|removed|shut down)|is no longer available)",
    re.IGNORECASE,
)
NO_ENDPOINT_FOR_THIS = re.compile(
    r"no endpoints (?:found|available) (?:that|matching)|data policy|guardrail|no allowed providers",
    re.IGNORECASE,
)
NO_CREDIT = re.compile(
    r"insufficient.{0,3}(?:quota|balance|credit|funds)|credit balance|exceeded your current quota"
    r"|key limit exceeded|spend(?:ing)? limit|billing_hard_limit",
    re.IGNORECASE,
)
GOOGLE_QUOTA = "RESOURCE_EXHAUSTED"
"""Google's status also for a quota of the minute, told in words others use for money."""
DEPLETED = re.compile(r"credits?\b[^.]{0,40}\bdepleted", re.IGNORECASE)
BAD_KEY = re.compile(
    r"api[ _-]?key (?:is )?(?:not valid|invalid|not found|expired)|invalid.{0,3}api.{0,3}key"
    r"|incorrect api key|API_KEY_INVALID",
    re.IGNORECASE,
)
MODERATED = re.compile(
    r"content[ _]?(?:policy|filter|management)|moderation|flagged|ResponsibleAIPolicyViolation",
    re.IGNORECASE,
)


def named_failure(
    host: str, status: int, body: JsonValue, secrets: Iterable[str] = ()
) -> ModelError:
    """The failure of an answer with this status; its message is one line and shows no key."""
    told = one_line(words_of(body), secrets)
    kind = _kind(status, body)
    verb = "refused the call" if issubclass(kind, CallRejected | ModelRefused) else "failed"
    return kind(f"{host} {verb} with {status}: {told}{_way_out(kind, status)}")


def out_of_credit(body: JsonValue) -> bool:
    """Whether a 429 is about money, which waiting does not bring."""
    words = _all_words(body)
    return bool((DEPLETED if GOOGLE_QUOTA in words else NO_CREDIT).search(words))


def _kind(status: int, body: JsonValue) -> type[ModelError]:
    kind: type[ModelError]
    words = _all_words(body)
    match status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            kind = OutOfCredit if out_of_credit(body) else RateLimited
        case HTTPStatus.REQUEST_TIMEOUT:
            kind = ModelTimeout
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            kind = _forbidden(status, body, words)
        case HTTPStatus.PAYMENT_REQUIRED:
            kind = OutOfCredit
        case HTTPStatus.NOT_FOUND:
            kind = _not_found(body, words)
        case _ if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            kind = _rejected(words)
        case _:
            kind = ModelUnavailable
    return kind


def _forbidden(status: int, body: JsonValue, words: str) -> type[ModelError]:
    if NO_CREDIT.search(words):
        return OutOfCredit
    error = body.get("error") if isinstance(body, Mapping) else None
    metadata = error.get("metadata") if isinstance(error, Mapping) else None
    moderated = isinstance(metadata, Mapping) and bool(metadata.get("reasons"))
    return ModelRefused if moderated and status == HTTPStatus.FORBIDDEN else KeyRejected


def _not_found(body: JsonValue, words: str) -> type[ModelError]:
    """An unknown model, unless the address is wrong or no endpoint does what was asked."""
    if NO_ENDPOINT_FOR_THIS.search(words):
        return CallRejected
    spoken = isinstance(body, Mapping) and bool(body.get("error"))
    return UnknownModel if spoken or NO_SUCH_MODEL.search(words) else CallRejected


def _rejected(words: str) -> type[ModelError]:
    if NO_CREDIT.search(words):
        return OutOfCredit
    if BAD_KEY.search(words):
        return KeyRejected
    if NO_SUCH_MODEL.search(words) and not NO_ENDPOINT_FOR_THIS.search(words):
        return UnknownModel
    return ModelRefused if MODERATED.search(words) else CallRejected


def _all_words(body: JsonValue) -> str:
    """The reason with the machine's code and type, which say it where the words do not."""
    if isinstance(body, list) and body:
        body = body[0]
    error = body.get("error") if isinstance(body, Mapping) else None
    fields = error if isinstance(error, Mapping) else {}
    codes = [fields.get(key) for key in ("code", "type", "status")]
    return " ".join([words_of(body), *(code for code in codes if isinstance(code, str))])


def _way_out(kind: type[ModelError], status: int) -> str:
    if kind is KeyRejected:
        return " (check the key in .env)"
    if kind is OutOfCredit:
        return " (add credit or raise the key's limit)"
    if status < HTTPStatus.BAD_REQUEST:
        return " (it redirects elsewhere: check the address)"
    return ""
