"""The refusal of a body that is too large, as the problem document that callers are promised."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.answering import answer_problem
from api.core.problems import TooLarge


class TooLargeAsProblem:
    """FastAPI's own limit answers in plain text before any handler of ours; this speaks in its place."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Swap a plain 413 for its problem; everything else passes."""
        swapped = False

        async def answer(message: Message) -> None:
            nonlocal swapped
            if message["type"] == "http.response.start" and message["status"] == TooLarge.status:
                kind = dict(message["headers"]).get(b"content-type", b"")
                if kind.startswith(b"text/plain"):
                    swapped = True
                    problem = await answer_problem(Request(scope), TooLarge())
                    await problem(scope, receive, send)
            if not swapped:
                await send(message)

        await self.app(scope, receive, answer if scope["type"] == "http" else send)
