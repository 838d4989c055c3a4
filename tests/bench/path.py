#!/usr/bin/python3
"""From a report's POST to the agencies' servers having its webhooks, each report to three agencies; beside Prometheus Alertmanager.

Alertmanager is set to what comes nearest: every alert a group of its own, told at once, to one receiver. It keeps nothing on disk before it
answers. first: one agency told; all: all three. The same load generator and receiver, in turn.
"""
import contextlib
import json

import rig

RATES = (50, 200, 500)
SECONDS = 2 if rig.QUICK else 8
BURST = 1000 if rig.QUICK else 5000
AGENCIES = 3
OPEN_CONNECTIONS = 16
BURSTS = {"burst_32": 32, "burst_256": 256}  # connections that post as fast as they are answered

ALERTMANAGER = """
route: {{receiver: sink, group_by: ['...'], group_wait: 0s, group_interval: 5m, repeat_interval: 4h}}
receivers:
  - name: sink
    webhook_configs: [{{url: 'http://127.0.0.1:{port}/', send_resolved: false}}]
"""
ALERT = json.dumps(
    [
        {
            "labels": {"alertname": "laporan", "severity": "high", "key": "@KEY@"},
            "annotations": {"summary": "Ditemukan jenazah tanpa identitas di tepi pantai, belum ada keluarga yang datang"},
        }
    ]
)


class Contestant:
    """One system set up afresh: where to post what, and the sink that its webhooks reach."""

    def __init__(self, port, path, body, headers, sink):
        self.arguments = (port, path, body, headers)
        self.sink = sink

    def post(self, **load):
        return rig.load(*self.arguments, **load)

    def at_rate(self, rate):
        """Latencies (the sink's summary) at a steady rate, after a second of warming up."""
        self.sink.wait_complete(self.post(connections=OPEN_CONNECTIONS, rate=rate, seconds=1)["sent"])
        self.sink.reset()
        return self.sink.wait_complete(self.post(connections=OPEN_CONNECTIONS, rate=rate, seconds=SECONDS)["sent"])

    def burst(self, connections):
        """The summary of as many as it takes, and webhooks per second until the last one of the last report."""
        self.sink.reset()
        summary = self.sink.wait_complete(self.post(connections=connections, count=BURST)["sent"])
        return summary | {"per_s": summary["posts"] / summary["seconds"]}


@contextlib.contextmanager
def sigap(state, sink):
    with state.database() as database, state.daemon(database, hold=False) as port:
        sink.reset()
        rig.try_one(port, state.headers(), AGENCIES)
        rig.wait_for(lambda: sink.summary()["posts"] == AGENCIES, "the first report's webhooks")
        sink.reset()
        yield Contestant(port, "/v1/reports", rig.report_body(AGENCIES), state.headers(), sink)


@contextlib.contextmanager
def alertmanager(folder, sink, sink_port):
    port = rig.free_port()
    conf = folder / "alertmanager.yml"
    conf.write_text(ALERTMANAGER.format(port=sink_port))
    command = ["prometheus-alertmanager", f"--config.file={conf}", f"--storage.path={folder}/alertmanager"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=", "--log.level=error"]
    with rig.process(command, folder / "alertmanager.log", lambda: rig.answers(f"http://127.0.0.1:{port}/-/ready")):
        sink.reset()
        yield Contestant(port, "/api/v2/alerts", ALERT, (), sink)


def measure(contestant):
    """load -> summary"""
    steady = {f"{rate}_per_s": contestant.at_rate(rate) for rate in RATES}
    return steady | {name: contestant.burst(connections) for name, connections in BURSTS.items()}


def print_figures(ours, theirs):
    for name in ours[0]:
        for part in ("p50_ms", "p99_ms"):
            peer = {"alertmanager_one_receiver": [summary[name]["complete"][part] for summary in theirs]}
            for told, member in (("first_agency", "first"), ("all_agencies", "complete")):
                values = [summary[name][member][part] for summary in ours]
                rig.figure(f"path.{told}_{part}.{name}", values, "ms", peer)
    for name in BURSTS:
        peer = {"alertmanager_one_receiver": [summary[name]["per_s"] for summary in theirs]}
        rig.figure(f"path.webhooks_per_s.{name}", [summary[name]["per_s"] for summary in ours], "1/s", peer)


def main():
    ours, theirs = [], []
    with rig.state() as state, rig.sink(state.folder, AGENCIES) as (three, port), rig.sink(state.folder, 1) as (one, one_port):
        state.point_agencies_at(port)
        for number in range(rig.ROUNDS):
            rig.say(f"path: round {number + 1} of {rig.ROUNDS}")
            with sigap(state, three) as contestant:
                ours.append(measure(contestant))
            with alertmanager(state.folder, one, one_port) as contestant:
                theirs.append(measure(contestant))
    print_figures(ours, theirs)


if __name__ == "__main__":
    main()
