"""The worker forgets old changes once a day, so that the feed of phones does not grow for ever."""

import asyncio
import contextlib
import logging

from api.core import feed
from api.core.jobs import Workplace

log = logging.getLogger("sambang")


async def keep_sweeping(place: Workplace) -> None:
    """Sweep at the start and then daily until the worker ends; what goes wrong is logged and tried again in a minute.

    Several workers may do it at once: what one has swept the others do not find.
    """
    while not place.stopping.is_set():
        pause_s = 60.0
        try:
            async with place.connect() as connection:
                await feed.sweep(connection, feed.KEPT_DAYS)
            pause_s = place.settings.sweep_every_s
        except Exception:  # the other work of this worker goes on whatever it was
            log.exception("the feed was not swept")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(place.stopping.wait(), pause_s)
