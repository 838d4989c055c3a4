"""A line between a browser and the daemon that can be cut: what is sent while it is cut goes nowhere and nobody is told, as on a telephone in a tunnel."""
import contextlib
import socket
import threading


class Line:
    """url: what the browser opens instead of the daemon's own."""

    def __init__(self, port):
        self.to = port
        self.there = threading.Event()
        self.there.set()
        self.open = set()
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self.connect, args=(near,), daemon=True).start()

    def connect(self, near):
        self.there.wait()  # who connects meanwhile waits for an answer
        try:
            far = socket.create_connection(("127.0.0.1", self.to), timeout=5)
            far.settimeout(None)
        except OSError:
            near.close()
            return
        with self.lock:
            self.open |= {near, far}
        for a, b in ((near, far), (far, near)):
            threading.Thread(target=self.carry, args=(a, b), daemon=True).start()

    def carry(self, a, b):
        with contextlib.suppress(OSError):
            while data := a.recv(65536):
                if not self.there.is_set():
                    continue  # lost
                b.sendall(data)
        self.end(a, b)

    def end(self, *sockets):
        for s in sockets:
            with self.lock:
                self.open.discard(s)
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            s.close()

    def cut(self):
        self.there.clear()

    def mend(self):
        """There again; what was open before the cut is known by nobody any more."""
        with self.lock:
            old = list(self.open)
        self.there.set()
        self.end(*old)

    def close(self):
        self.there.set()
        self.listener.close()
        with self.lock:
            old = list(self.open)
        self.end(*old)
