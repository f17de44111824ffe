"""The app as `./dev run` starts it, in processes of its own that can be killed with -9 and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from partygroup.settings import ROOT, Settings

START_AT_MOST = 60


def free_port() -> int:
    """Return a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Server:
    """The app over a database, at one address whatever happens to its processes."""

    def __init__(self, settings: Settings, log: Path):
        self.port, self.log, self.killed, self.processes = free_port(), log, 0, None
        self.environment = os.environ | {
            "DATABASE_URL": settings.database_url,
            "DATA_DIR": str(settings.data_dir),
            "SECRET_KEY": settings.secret_keys[0],
            "LOG_LEVEL": "warning",
        }

    def start(self) -> None:
        """Start the processes; they take a moment to answer."""
        command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--worker-class", "gthread", "-w", "2"]
        with open(self.log, "ab") as out:
            self.processes = subprocess.Popen(
                [*command, "--threads", "8", "--bind", f"127.0.0.1:{self.port}", "app:app"],
                cwd=ROOT, env=self.environment, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """Kill the processes in the middle of whatever they do."""
        if self.processes is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.processes.pid, signal.SIGKILL)
        self.processes.wait()
        self.processes, self.killed = None, self.killed + 1

    def wait(self) -> None:
        """Wait until the app answers; raise RuntimeError with its log if it does not."""
        until = time.monotonic() + START_AT_MOST
        while time.monotonic() < until:
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5).close()
                return
            time.sleep(0.1)
        raise RuntimeError(f"the app does not answer:\n{self.log.read_text()[-2000:]}")

    def verify(self) -> str:
        """Return what `flask verify` complains of."""
        command = [sys.executable, "-m", "flask", "--app", "app", "verify"]
        said = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        return said.stdout + (said.stderr if said.returncode else "")
