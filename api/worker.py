"""The worker: every room's jobs, one after another; beside them it seals the audit chain, forgets, and sweeps."""

import asyncio
from datetime import timedelta

from api.access.sealing import keep_sealing
from api.attachments.sweeping import keep_sweeping_photos
from api.core.jobs import STALE_AFTER, Beside, Handler, Round, work
from api.core.settings import Settings
from api.imports import jobs as imports
from api.imports.forgetting import keep_forgetting
from api.releases import jobs as releases
from api.sync.sweeping import keep_sweeping_feed

JOBS: dict[str, Handler] = {imports.NAME: imports.run_import, releases.NAME: releases.hash_release}
FIRST: tuple[Round, ...] = (releases.ask_for_missing,)
BESIDE: tuple[Beside, ...] = (keep_sealing, keep_forgetting, keep_sweeping_feed, keep_sweeping_photos)


async def run_worker(
    settings: Settings, *, stopping: asyncio.Event | None = None, stale_after: timedelta = STALE_AFTER
) -> None:
    """Take jobs until SIGTERM."""
    await work(settings, JOBS, first=FIRST, beside=BESIDE, stopping=stopping, stale_after=stale_after)
