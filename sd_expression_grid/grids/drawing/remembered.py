"""What is remembered of texts while a study is drawn, and forgotten when its run ends."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_caches: list[Any] = []


def remembered(most: int) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Remembers so many results of a function of texts, until a ``run_that_draws`` ends."""

    def decorate(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        cache = lru_cache(maxsize=most)(function)
        _caches.append(cache)
        return cast("Callable[Arguments, Result]", cache)

    return decorate


@contextmanager
def run_that_draws() -> Iterator[None]:
    """What is remembered of texts is forgotten at its end; the fonts that were found stay open."""
    try:
        yield
    finally:
        for cache in _caches:
            cache.cache_clear()
