"""The worker forgets old changes once a day, so that the feed of phones does not grow for ever."""

from functools import partial

from api.core import feed
from api.core.jobs import Workplace, keep_sweeping


async def keep_sweeping_feed(place: Workplace) -> None:
    """Sweep when the worker begins and then daily (`sweep_every_s`)."""
    await keep_sweeping(place, "the feed", place.settings.sweep_every_s, partial(feed.sweep, days=feed.KEPT_DAYS))
