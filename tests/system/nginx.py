"""A real nginx that does TLS in front of a daemon, with the operator's configuration, config/proxy/nginx.conf: only its addresses, the certificate and the folder of its log
are the test's. Where a browser stands is said by the header X-Test-Client, which only the test's own part of the configuration believes.

    proxy = Nginx(socket)      # a sigapd listens there
    requests.get(proxy.url + "/masuk", verify=proxy.certificate)
"""
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import requests

from stack import ROOT, Stack, free_port, wait_until

CONF = ROOT / "config" / "proxy" / "nginx.conf"
AROUND = """
{user}
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
	client_body_temp_path {folder}/body;
	proxy_temp_path {folder}/proxy;
	fastcgi_temp_path {folder}/fastcgi;
	uwsgi_temp_path {folder}/uwsgi;
	scgi_temp_path {folder}/scgi;
	access_log {folder}/access.log;
	set_real_ip_from 127.0.0.1;
	real_ip_header X-Test-Client;
	include {folder}/site.conf;
}}
"""


class Nginx:
    def __init__(self, socket):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sigap-nginx-"))
        self.port, self.plain_port = free_port(), free_port()
        self.certificate = self.folder / "fullchain.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.folder / "privkey.pem", "-out", self.certificate], check=True, capture_output=True)
        site = re.sub(r"^\s*listen \[::\].*\n", "", CONF.read_text(), flags=re.M)  # not every machine of ours has IPv6
        for old, new in {"listen 80;": f"listen 127.0.0.1:{self.plain_port};", "listen 443 ssl http2;": f"listen 127.0.0.1:{self.port} ssl http2;",
                         "/etc/ssl/sigap": self.folder, "/var/log/nginx": self.folder, "unix:/run/sigap/http;": f"unix:{socket};"}.items():
            assert old in site, f"{CONF} no longer has {old!r}"
            site = site.replace(old, str(new))
        (self.folder / "site.conf").write_text(site)
        # the daemon's socket stands in a folder that only this user may enter
        (self.folder / "nginx.conf").write_text(AROUND.format(folder=self.folder, user="user root;" if os.geteuid() == 0 else ""))
        with open(self.folder / "out", "wb") as out:
            self.process = subprocess.Popen(["/usr/sbin/nginx", "-p", self.folder, "-c", self.folder / "nginx.conf", "-e", self.folder / "error.log"],
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            wait_until(self.answers, 20, f"nginx; see {self.folder}")
        except BaseException:
            self.close(keep=True)
            raise

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    def answers(self):
        assert self.process.poll() is None, self.logs()
        try:
            return requests.get(self.url + "/healthz", verify=self.certificate, timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    def logs(self):
        """All that nginx has written."""
        return "\n".join(p.read_text() for p in (*self.folder.glob("*.log"), self.folder / "out") if p.exists())

    def close(self, keep=False):
        self.process.terminate()
        self.process.wait(20)
        if not keep:
            shutil.rmtree(self.folder)


@contextlib.contextmanager
def site_behind_nginx(postgres):
    """A daemon on a Unix socket, set as the file says; its .proxy."""
    s = Stack(postgres, started=False)
    socket = s.folder / "http"
    s.write_conf({"daemon": {"listen": f"127.0.0.1:{s.port}, unix:{socket}", "public_url": "https://sigap.contoh.go.id", "trusted_proxy": "unix"}})
    s.start()
    s.proxy = Nginx(socket)
    yield s
    s.proxy.close()
    s.close()
