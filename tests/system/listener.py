"""A listener to GET /v1/stream, as a browser's EventSource: it reads in a thread, keeps what came and remembers the last id.

    with Listener(stack, cursor=board["cursor"]) as l:
        wait_until(lambda: l.incidents(made["incident"]["id"]), 1, "the report")
"""
import contextlib
import json
import socket
import threading
import time


class Listener:
    """cursor: sent as Last-Event-ID. reads False: it connects and never takes anything in, until go_on(). buffer: of its socket, in bytes."""

    def __init__(self, stack, cursor=None, token="coordinator", daemon=0, reads=True, buffer=None, headers=None, query=""):
        self.messages = []  # {"event", "id", "data", "at"}
        self.last_id = cursor
        self.status, self.head, self.ended = None, "", False
        self.raw = b""  # what came and is not a whole message yet
        self.socket = socket.socket()
        if buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(30)
        self.socket.connect(("127.0.0.1", stack.daemons[daemon].port))
        lines = [f"GET /v1/stream{query} HTTP/1.0", "Host: sigap"]
        lines += [f"Authorization: Bearer {stack.tokens[token]}"] if token else []
        lines += [f"Last-Event-ID: {cursor}"] if cursor else []
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.socket.sendall("\r\n".join(lines + ["", ""]).encode())
        self.going = threading.Event()
        if reads:
            self.going.set()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def go_on(self):
        self.going.set()

    def read(self):
        self.going.wait()
        with contextlib.suppress(OSError):
            while data := self.socket.recv(65536):
                self.raw += data
                if self.status is None and b"\r\n\r\n" in self.raw:
                    head, self.raw = self.raw.split(b"\r\n\r\n", 1)
                    self.head = head.decode()
                    self.status = int(self.head.split(" ", 2)[1])
                while self.status == 200 and b"\n\n" in self.raw:
                    message, self.raw = self.raw.split(b"\n\n", 1)
                    self.take(message.decode())
        self.ended = True

    def take(self, text):
        fields = dict(line.split(": ", 1) for line in text.split("\n"))
        if "id" in fields:
            self.last_id = fields["id"]
        self.messages.append({"event": fields["event"], "id": fields.get("id"), "data": json.loads(fields["data"]), "at": time.time()})

    def of(self, event):
        return [m for m in list(self.messages) if m["event"] == event]

    @property
    def hello(self):
        """What it was greeted with; None before that."""
        return next((m["data"] for m in self.of("hello")), None)

    def incidents(self, id=None):
        """The data of the messages about an incident, or about all."""
        return [m["data"] for m in self.of("incident") if id in (None, m["data"]["incident"]["id"])]

    def keys(self, id=None):
        """What it was told: {(incident, number of the event)}."""
        return {(d["incident"]["id"], d["event"]["number"]) for d in self.incidents(id)}

    def close(self):
        self.going.set()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
