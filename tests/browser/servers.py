"""A server of the app that goes away and comes back at the same address."""

from __future__ import annotations

import threading

from werkzeug.serving import make_server


class Server:
    """The app behind an address of its own; `stop` is what phones meet where there is no signal."""

    def __init__(self, app):
        self.app, self.port, self.listener = app, 0, None
        self.start()

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.listener = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.port = self.listener.server_port
        self.thread = threading.Thread(target=self.listener.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def stop(self) -> None:
        if self.listener is None:
            return
        self.listener.shutdown()
        self.thread.join()
        self.listener.server_close()
        self.listener = None
