"""Addresses of WebUIs, and users and passwords, which come from the environment and never appear in a message."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from sd_expression_grid.base.errors import Fault, StudyError


def checked_url(text: str) -> str:
    """The address of a WebUI without a slash at its end; StudyError when it is none, or has a user or password."""
    parts = urlsplit(text)
    if parts.username or parts.password:
        raise StudyError([Fault("--webui", "no user and password in the address; they come from SD_WEBUI_AUTH")])
    if (
        not _has_port(parts)
        or parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.query
        or parts.fragment
    ):
        raise StudyError([Fault("--webui", f"must be an address such as http://127.0.0.1:7860, is {text!r}")])
    return text.rstrip("/")


def auth_from(text: str) -> tuple[str, str] | None:
    """User and password from ``user:password``, None from an empty text; StudyError, without the text, for others."""
    user, colon, password = text.partition(":")
    if text and not colon:
        raise StudyError([Fault("SD_WEBUI_AUTH", "must be user:password")])
    return (user, password) if text else None


def _has_port(parts: SplitResult) -> bool:
    """Whether the port, if there is one, is a number."""
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False
