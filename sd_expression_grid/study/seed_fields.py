"""The schema's ``seeds`` and ``scout``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sd_expression_grid.base.errors import nearest
from sd_expression_grid.base.json_reader import Reader, described, is_whole
from sd_expression_grid.study.study import Scout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sd_expression_grid.study.study import Expression

MAX_SEED = 2**53 - 1
DEFAULT_SCOUT = Scout()


def read_seeds(reader: Reader) -> tuple[int, ...]:
    """The list under ``seeds``; empty, with a fault, if one of them is not a seed."""
    seeds = reader.items("seeds")
    for seed in seeds:
        if not is_whole(seed) or seed == -1 or abs(seed) > MAX_SEED:
            reader.fault("seeds", f"must be whole numbers other than -1, not {described(seed)}")
            return ()
    if len(set(seeds)) < len(seeds):
        reader.fault("seeds", "name a seed twice")
    return tuple(seeds)  # type: ignore[arg-type]


def read_scout(reader: Reader, expressions: Sequence[Expression], reference: str) -> Scout | None:
    """The object under ``scout``; None for a study that is no scout."""
    data: Any = reader.take("scout", None, "an object", lambda value: isinstance(value, Mapping))
    if data is None:
        return None
    of_scout = Reader(data, "scout.", reader.faults)
    scout = Scout(
        expression=of_scout.text("expression", DEFAULT_SCOUT.expression).strip(),
        seeds=_seeds_or_count(of_scout),
        stop_at_switch=of_scout.flag("stop_at_switch", default=DEFAULT_SCOUT.stop_at_switch),
    )
    of_scout.refuse_unknown()
    labels = [row.label for row in expressions]
    if labels and scout.expression and scout.expression not in labels:
        named = f"there is no expression labelled '{scout.expression}'"
        of_scout.fault("expression", f"{named}{nearest(scout.expression, labels)}")
    if not reference:
        reader.fault("scout", "seeds are scouted in the reference column; name the reference's text")
    return scout


def _seeds_or_count(reader: Reader) -> int | tuple[int, ...]:
    if isinstance(reader.data.get("seeds"), list):
        seeds = read_seeds(reader)
        if not reader.data["seeds"]:
            reader.fault("seeds", "is an empty list; name seeds, or how many")
        return seeds
    wanted = "a list of seeds, or how many"
    count: Any = reader.take("seeds", DEFAULT_SCOUT.seeds, wanted, is_whole)
    if count < 1:
        reader.fault("seeds", f"must be at least 1, is {count}")
    return int(count)
