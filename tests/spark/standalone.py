"""A standalone Spark cluster on loopback: one master, two workers with one core each."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

WORKERS = 2
#: For processes that live for a minute: less is compiled.
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
#: Seconds after which something that does not start is given up.
DEADLINE = 300


class Standalone:
    """Processes of a cluster, each with those it starts in a group of its own."""

    def __init__(self, folder):
        import pyspark

        self.home, self.folder = Path(pyspark.__file__).parent, folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"spark://127.0.0.1:{port}"
        self._said = {}
        self.master = self._start("master.Master", "--host", "127.0.0.1", "--port", port, "--webui-port", 0)
        self.workers = [self._worker() for _ in range(WORKERS)]
        for worker in self.workers:
            self._wait(worker, "Successfully registered with master")

    def kill(self, number):
        """Kill a worker and its executors, as when a machine fails."""
        os.killpg(self.workers[number].pid, signal.SIGKILL)
        self.workers[number].wait()

    def mend(self):
        """Start anew the workers that were killed."""
        for number, worker in enumerate(self.workers):
            if worker.poll() is not None:
                self.workers[number] = self._worker()
                self._wait(self.workers[number], "Successfully registered with master")

    def stop(self):
        """End all that was started."""
        for process in (*self.workers, self.master):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _worker(self):
        options = ("--host", "127.0.0.1", "--cores", 1, "--memory", "1g", "--webui-port", 0)
        return self._start("worker.Worker", *options, "--work-dir", self.folder / "work", self.url)

    def _start(self, name, *words):
        said = self.folder / f"{name}-{len(self._said)}.log"
        given = {"SPARK_HOME": self.home, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
        given |= {"SPARK_DAEMON_JAVA_OPTS": QUICK, "SPARK_LOCAL_DIRS": self.folder / "local", "PYTHONPATH": _path()}
        with said.open("wb") as file:
            process = subprocess.Popen(
                [self.home / "bin" / "spark-class", f"org.apache.spark.deploy.{name}", *map(str, words)],
                env=os.environ | {name: str(value) for name, value in given.items()},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._said[process.pid] = said
        return process

    def _wait(self, process, sentence):
        until = time.monotonic() + DEADLINE
        while sentence not in (said := self._said[process.pid].read_text(errors="replace")):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"A process of the cluster did not start:\n{said[-2000:]}")
            time.sleep(0.1)


def _path():
    """Where this process finds modules, so that executors find the same."""
    return os.pathsep.join(path for path in (str(Path(__file__).parents[2]), *sys.path) if path)
