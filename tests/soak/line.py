"""A bad line before the app: a proxy that loses requests on their way, and answers after the server has worked."""

from __future__ import annotations

import http.client
import socket
import threading
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

PATIENCE = 40  # seconds that the server may take for an answer
OF_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
WITHOUT_BODY = (204, 304)


class Line(ThreadingHTTPServer):
    """The line to a port of this machine, on a port of its own; `share` of either way is lost until it `is_good`.

    What is lost hangs on the seed and on how often the address was asked, not on who was quicker.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, to_port: int, seed: int, share: float = 0.3):
        super().__init__(("127.0.0.1", 0), Relay)
        self.to_port, self.seed, self.share, self.is_good = to_port, seed, share, True
        self.asked, self.lost, self.lock = Counter(), Counter(), threading.Lock()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    @property
    def home(self) -> str:
        """Return the address under which phones find the app."""
        return f"http://127.0.0.1:{self.server_port}"

    def luck(self, method: str, path: str) -> tuple[bool, bool]:
        """Return whether this request gets lost, and whether its answer does."""
        with self.lock:
            self.asked[method, path] += 1
            chance = Random(f"{self.seed} {method} {path} {self.asked[method, path]}")
        bad = not self.is_good
        return bad and chance.random() < self.share, bad and chance.random() < self.share

    def note(self, what: str) -> None:
        """Count something that happened on the line."""
        with self.lock:
            self.lost[what] += 1

    def handle_error(self, request, client_address) -> None:
        """Say nothing of a phone that has hung up."""

    def close(self) -> None:
        """Take the line down."""
        self.shutdown()
        self.server_close()


class Relay(BaseHTTPRequestHandler):
    """One connection of a phone."""

    protocol_version = "HTTP/1.1"
    server: Line

    def relay(self) -> None:
        """Carry one request there and its answer back, or lose either."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_lost, is_answer_lost = self.server.luck(self.command, self.path)
        if is_lost:
            return self.lose("request")
        try:
            answer, content = self.ask(body)
        except (OSError, http.client.HTTPException):
            return self.lose("server away")
        if is_answer_lost:
            if "Outbox" in self.headers and len(content) % 2:
                self.hand_on(answer, content, whole=False)
            return self.lose("answer")
        self.server.note("passed")
        return self.hand_on(answer, content)

    do_GET = do_POST = do_HEAD = relay

    def ask(self, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        """Ask the app as the phone did; return its answer, whole."""
        to_app = http.client.HTTPConnection("127.0.0.1", self.server.to_port, timeout=PATIENCE)
        try:
            to_app.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in ("connection", "keep-alive"):
                    to_app.putheader(name, value)
            to_app.putheader("Connection", "close")
            to_app.endheaders(body or None)
            answer = to_app.getresponse()
            return answer, answer.read()
        finally:
            to_app.close()

    def hand_on(self, answer: http.client.HTTPResponse, content: bytes, *, whole: bool = True) -> None:
        """Give the phone the answer, or its first half."""
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in OF_ONE_HOP:
                self.send_header(name, value)
        if answer.status not in WITHOUT_BODY:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content if whole else content[: len(content) // 2])

    def lose(self, what: str) -> None:
        """Hang up without a word."""
        self.server.note(what)
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
