"""Decodes beside the API, two photos at a time, so that no decoder ever holds the loop or takes a request with it."""

import anyio
from anyio import to_process

from api.attachments.picture import Picture, draw_alone
from api.core.problems import Unavailable

PATIENCE_S = 30.0
SLOTS = anyio.CapacityLimiter(2)


async def redraw(raw: bytes) -> Picture | None:
    """The picture in these bytes, or none when they are no photo; the third waits for one of two to end.

    A decoder that died or took too long is killed; the photo may be sound, so it is `Unavailable` (503).
    """
    async with SLOTS:
        try:
            with anyio.fail_after(PATIENCE_S):
                return await to_process.run_sync(draw_alone, raw, cancellable=True)
        except (TimeoutError, anyio.BrokenWorkerProcess) as broken:
            raise Unavailable(retry_after_s=30) from broken
