"""Refusals that the framework would answer outside our middleware: as problems, where a browser may read them."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.answering import answer_problem
from api.core.problems import TooLarge, Unexpected


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


class UnexpectedAsProblem:
    """Starlette answers an error of ours outside CORS, our headers and the log; this answers it, and lets it go on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell what is not told yet; who logs the error still hears of it."""
        told = scope["type"] != "http"

        async def answer(message: Message) -> None:
            nonlocal told
            told = told or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except Exception:
            if not told:
                problem = await answer_problem(Request(scope), Unexpected())
                await problem(scope, receive, send)
            raise
