"""uvicorn's protocol with an end to headers: its fast parser collects them for as long as they come."""

from typing import Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEADER_BYTES: Final = 64 * 1024
# longer than any `Retry-After` of ours and than a proxy keeps a line (60 s): whoever comes again after the wait it was
# told would otherwise send into a line that is being closed, and a POST on it is lost without an answer
KEEP_ALIVE_S: Final = 75
REFUSED: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class BoundedHeaders(HttpToolsProtocol):
    """Ends a connection whose request line and headers have not come to an end after 64 KiB."""

    unfinished = False
    taken = 0

    def on_message_begin(self) -> None:
        """A request begins: so do its headers."""
        super().on_message_begin()
        self.unfinished, self.taken = True, 0

    def on_headers_complete(self) -> None:
        """The headers have come to an end; a body has limits of its own."""
        self.unfinished = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Parse, then look whether the headers still go on."""
        super().data_received(data)
        if self.unfinished:
            self.taken += len(data)
            if self.taken > MOST_HEADER_BYTES and not self.transport.is_closing():
                self.transport.write(REFUSED)
                self.transport.close()


def serve(host: str, port: int, fd: int | None) -> None:
    """Serve the API from this process until it is asked to end; `fd` is a socket that a supervisor listens on."""
    uvicorn.run(
        "api.main:create_app",
        factory=True,
        host=host,
        port=port,
        fd=fd,
        access_log=False,
        log_level="warning",
        http=BoundedHeaders,
        timeout_keep_alive=KEEP_ALIVE_S,
    )
