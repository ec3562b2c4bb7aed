"""Headers of every answer: not stored unless a route says otherwise, never sniffed, never framed."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

DEFAULTS = {
    b"cache-control": b"no-store",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
}


class AnswerHeaders:
    """Adds what the answer does not already say."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only HTTP answers have headers."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                missing = [(name, value) for name, value in DEFAULTS.items() if name not in said]
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await self.app(scope, receive, answer if scope["type"] == "http" else send)
