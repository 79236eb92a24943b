"""Installs the package in a fresh Debian and runs it: once as the Dockerfile says, step by step,
once as a service of a systemd that was booted there. Takes minutes."""

import json
import os
import re
import shlex
import shutil
import subprocess
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from built import DEPLOY, ROOT, package, run

BASE = ROOT / "build/package-root"
BOOTED = ROOT / "build/package-booted"
PASSWORD = "long enough"


def unable():
    """Why nothing can be installed here, or None."""
    if os.geteuid() != 0:
        return "a fresh Debian can be made by root alone"
    if not shutil.which("debootstrap") or not shutil.which("systemd-nspawn"):
        return "there is no debootstrap or no systemd-nspawn"
    return None


def mirror():
    """Where this machine has Debian's packages from, and the release that it is."""
    _, said = run("apt-get", "indextargets", "--format", "$(CODENAME) $(COMPONENT) $(REPO_URI)",
                  "Created-By: Packages")
    release = re.search(r"^VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text(), re.M)[1]
    for line in said.splitlines():
        codename, component, uri = line.split()
        if (codename, component) == (release, "main"):
            return release, uri
    raise unittest.SkipTest("apt knows of no packages of this machine's release")


def make_base():
    """A Debian with nothing in it but apt, which asks where this machine's asks."""
    shutil.rmtree(BASE, ignore_errors=True)
    release, uri = mirror()
    status, said = run("debootstrap", "--variant=minbase", release, BASE, uri, timeout=900)
    if status:
        raise unittest.SkipTest(f"debootstrap cannot have a Debian: {said.splitlines()[-1]}")
    (BASE / "etc/apt/sources.list").unlink(missing_ok=True)
    for part in ("sources.list", "sources.list.d", "apt.conf", "apt.conf.d", "trusted.gpg.d"):
        here = Path("/etc/apt") / part
        if here.is_dir():
            shutil.copytree(here, BASE / "etc/apt" / part, dirs_exist_ok=True)
        elif here.exists():
            shutil.copy(here, BASE / "etc/apt" / part)
    shutil.copytree("/usr/share/keyrings", BASE / "usr/share/keyrings", dirs_exist_ok=True)
    shutil.copy("/etc/resolv.conf", BASE / "etc/resolv.conf")


def setUpModule():
    why = unable()
    if why:
        raise unittest.SkipTest(why)
    tearDownModule()
    make_base()
    run("cp", "-a", BASE, BOOTED)


def tearDownModule():
    shutil.rmtree(BASE, ignore_errors=True)
    shutil.rmtree(BOOTED, ignore_errors=True)


class Image:
    """What the Dockerfile makes, as far as a chroot can be it."""

    def __init__(self, root):
        self.root, self.user = root, "root"
        self.env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        self.command = {}

    def inside(self, command, user=None, env=None):
        """The command that runs `command` in the image."""
        chroot = ["chroot", f"--userspec={user or self.user}", self.root]
        given = [f"{name}={value}" for name, value in {**self.env, **(env or {})}.items()]
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child",
                f"--mount-proc={self.root}/proc", *chroot, "env", "-i", *given, *command]

    def run(self, *command, user=None, stdin=""):
        done = subprocess.run(
            [str(word) for word in self.inside(command, user)], input=stdin, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600,
        )
        return done.returncode, done.stdout

    def step(self, line):
        """Does one line of a Dockerfile. One that is not known here is an error."""
        word, rest = line.split(" ", 1)
        if word == "COPY":
            *sources, to = rest.split()
            for name in sources:
                source = package() if name == "parley-server.deb" else DEPLOY / name
                shutil.copy(source, self.root / to.lstrip("/") / name)
        elif word == "RUN":
            status, said = self.run("sh", "-c", rest)
            if status:
                raise AssertionError(f"RUN {rest}:\n{said[-4000:]}")
        elif word == "ENV":
            self.env.update(pair.split("=", 1) for pair in shlex.split(rest))
        elif word == "USER":
            self.user = rest
        elif word in ("ENTRYPOINT", "CMD"):
            self.command[word] = json.loads(rest)
        elif word not in ("FROM", "EXPOSE", "VOLUME"):
            raise AssertionError(f"the Dockerfile has a step that nobody tried: {line}")

    def serve(self, **env):
        """Starts what the image starts."""
        command = self.command["ENTRYPOINT"] + self.command["CMD"]
        return subprocess.Popen(
            [str(word) for word in self.inside(command, env=env)], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )


def dockerfile():
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def ask(base, path, body=None):
    """The status of a request, and its answer."""
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(base + path, data, timeout=20) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.image = Image(BASE)
        for line in dockerfile():
            cls.image.step(line)

    def serves(self, name):
        """Starts the server, asks whether it is well and lets in the one who is called so."""
        server = self.image.serve(PARLEY_LISTEN="127.0.0.1:0")
        try:
            said = []
            for line in server.stdout:
                said.append(line)
                if line.startswith("Parley is at "):
                    break
            self.assertTrue(said and said[-1].startswith("Parley is at "), said)
            base = said[-1].split()[-1]
            self.assertEqual(ask(base, "/healthz")[0], 200)
            self.assertIn(b"<title>", ask(base, "/")[1])
            who = {"username": name, "password": PASSWORD}
            self.assertEqual(ask(base, "/v1/signup", who)[0], 403)
            self.assertEqual(ask(base, "/v1/signin", who)[0], 200)
        finally:
            # unshare hands nothing on: the server is its child's only process.
            pids = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
            run("kill", *pids)
            status = server.wait(30)
        self.assertEqual(status, 0)

    def test_1_it_refuses_to_serve_the_network_without_tls(self):
        server = self.image.serve()
        said, _ = server.communicate(timeout=60)
        self.assertEqual(server.returncode, 1)
        self.assertIn("allow_plaintext", said)

    def test_2_who_was_added_is_let_in(self):
        status, said = self.image.run("parleyd", "user", "add", "alice", "--config=/etc/parley/parleyd.conf",
                                      stdin=PASSWORD + "\n")
        self.assertEqual(status, 0, said)
        self.serves("alice")

    def test_3_only_the_server_may_read_its_data(self):
        data = (BASE / "var/lib/parley").stat()
        self.assertEqual(data.st_mode & 0o777, 0o700)
        owner = self.image.run("id", "-u", "parley", user="root")[1].strip()
        self.assertEqual(str(data.st_uid), owner)
        self.assertNotEqual(owner, "0")
        self.assertEqual(self.image.run("ls", "/var/lib/parley", user="nobody")[0], 2)

    def test_4_an_upgrade_keeps_data_and_configuration(self):
        newer = BASE.parent / "newer"
        shutil.rmtree(newer, ignore_errors=True)
        run("dpkg-deb", "--raw-extract", package(), newer)
        control = newer / "DEBIAN/control"
        control.write_text(re.sub(r"^Version: (.*)$", r"Version: \1+next", control.read_text(), flags=re.M))
        conf = BASE / "etc/parley/parleyd.conf"
        conf.write_text(conf.read_text() + "heartbeat_ms = 4000\n")
        # What the new version would bring is not what the administrator has.
        shipped = newer / "etc/parley/parleyd.conf"
        shipped.write_text(shipped.read_text() + "# new\n")
        status, said = run("dpkg-deb", "--root-owner-group", "--build", newer, BASE / "tmp/newer.deb")
        self.assertEqual(status, 0, said)
        shutil.rmtree(newer)
        status, said = self.image.run("dpkg", "--force-confdef", "--force-confold", "-i", "/tmp/newer.deb", user="root")
        self.assertEqual(status, 0, said)
        _, version = self.image.run("dpkg-query", "-W", "-f", "${Version}", "parley-server", user="root")
        self.assertTrue(version.endswith("+next"), version)
        self.assertTrue(conf.read_text().endswith("heartbeat_ms = 4000\n"))
        self.serves("alice")

    def test_5_what_is_written_is_sound(self):
        status, said = self.image.run("parleyd", "verify", "--config=/etc/parley/parleyd.conf")
        self.assertEqual(status, 0, said)
        self.assertIn("\t1 users\t", said)

    def test_6_a_purge_leaves_the_data_and_nothing_else(self):
        status, said = self.image.run("apt-get", "-qy", "purge", "parley-server", user="root")
        self.assertEqual(status, 0, said)
        self.assertFalse((BASE / "etc/parley").exists())
        self.assertFalse((BASE / "usr/bin/parleyd").exists())
        self.assertTrue(any((BASE / "var/lib/parley").iterdir()))


def block(page, first, last=None):
    """The lines of a page's indented block that begins with the line `first`, up to `last`."""
    text = (ROOT / "docs/operations" / page).read_text()
    found = re.search(rf"^( +){re.escape(first)}\n(?:\1.*\n)*", text, re.M)
    lines = [line.strip() for line in found[0].splitlines()]
    return "\n".join(lines[: lines.index(last) + 1] if last else lines)


# Runs in the booted system, as root, once the server's service was started. What stands in @ is
# what the documentation tells an operator to do, as it stands there.
CHECK = r"""#!/bin/bash
set -ex
pid() { systemctl show --property=MainPID --value parleyd; }
healthy() {
    exec 3<>/dev/tcp/127.0.0.1/7878
    printf 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' >&3
    grep -q '^HTTP/1.1 200' <&3
}
# As another process than the one that was there before.
comes_back() {
    for _ in $(seq 200); do
        [ "$(systemctl is-active parleyd)" = active ] && [ "$(pid)" != "$before" ] && break
        sleep 0.1
    done
    healthy
}
as_parley() { runuser -u parley -- parleyd "$@" --config=/etc/parley/parleyd.conf; }

systemctl is-active parleyd
healthy
# It runs as it should, and under what the unit says.
[ "$(ps -o user= -p "$(pid)")" = parley ]
grep -q '^NoNewPrivs:.*1$' "/proc/$(pid)/status"
grep -q '^Seccomp:.*2$' "/proc/$(pid)/status"
grep -q '^CapBnd:.*0000000000000000$' "/proc/$(pid)/status"
awk '/^Max open files/ { exit $4 != $5 }' "/proc/$(pid)/limits"
# Beside it, by its socket.
echo 'long enough' | @account@
as_parley user list | grep alice
runuser -u parley -- mkdir /tmp/backups
if as_parley backup /tmp/backups/one; then exit 1; fi # not there: the service has a /tmp of its own
@backup@
mkdir -p /srv/backups && chown parley /srv/backups
if as_parley backup /srv/backups/one; then exit 1; fi
mkdir -p /etc/systemd/system/parleyd.service.d
cat >/etc/systemd/system/parleyd.service.d/backups.conf <<'DROP_IN'
@backups@
DROP_IN
systemctl daemon-reload
systemctl restart parleyd
as_parley backup /srv/backups/one
# Read anew, killed, stopped.
systemctl reload parleyd
healthy
before=$(pid)
kill -9 "$before"
comes_back
# One that goes on is left alone, one that hangs is not.
cat >/etc/systemd/system/parleyd.service.d/watchdog.conf <<'DROP_IN'
[Service]
WatchdogSec=2
TimeoutAbortSec=1
DROP_IN
systemctl daemon-reload
systemctl restart parleyd
before=$(pid)
sleep 5
[ "$(pid)" = "$before" ]
kill -STOP "$before"
comes_back
rm /etc/systemd/system/parleyd.service.d/watchdog.conf
# On the network, with TLS.
sed -i '/^listen = /d' /etc/parley/parleyd.conf
cat >>/etc/parley/parleyd.conf <<'OPTIONS'
@options@
OPTIONS
@key@
cat >/etc/systemd/system/parleyd.service.d/port.conf <<'DROP_IN'
@port@
DROP_IN
systemctl daemon-reload
@then@
trusted() {
    openssl s_client -connect 127.0.0.1:443 -CAfile /etc/parley/fullchain.pem -verify_return_error </dev/null
}
trusted
systemctl reload parleyd
trusted
systemctl stop parleyd
[ "$(systemctl show --property=Result --value parleyd)" = success ]
as_parley verify
echo ALL IS WELL
"""
CHECK_UNIT = """[Unit]
After=parleyd.service
[Service]
Type=oneshot
ExecStart=/etc/check
StandardOutput=file:/var/said
StandardError=inherit
ExecStopPost=/bin/sh -c 'journalctl -u parleyd --no-pager >>/var/said; systemctl poweroff --no-block'
[Install]
WantedBy=multi-user.target
"""


class Booted(unittest.TestCase):
    @staticmethod
    def check():
        config = "--config=/etc/parley/parleyd.conf"
        told = {
            "account": block("install.md", f"runuser -u parley -- parleyd user add alice {config}"),
            "backup": block("upgrade.md", f"runuser -u parley -- parleyd backup /var/lib/parley/before {config}"),
            "backups": block("harden.md", "[Service]", "ReadWritePaths=/srv/backups"),
            "options": block("install.md", "listen = :443"),
            "key": block("install.md", "chown root:parley /etc/parley/key.pem"),
            "port": block("install.md", "[Service]"),
            "then": block("install.md", f"parleyd check-config {config}"),
        }
        return re.sub(r"@(\w+)@", lambda found: told[found[1]], CHECK)

    def test_the_service_runs_under_systemd(self):
        image = Image(BOOTED)
        shutil.copy(package(), BOOTED / "tmp/parley-server.deb")
        shutil.copy(DEPLOY / "install.sh", BOOTED / "tmp/install.sh")
        (BOOTED / "etc/check").write_text(self.check())
        (BOOTED / "etc/check").chmod(0o755)
        (BOOTED / "etc/systemd/system").mkdir(parents=True, exist_ok=True)
        (BOOTED / "etc/systemd/system/check.service").write_text(CHECK_UNIT)
        for command in (
            "apt-get -q update && apt-get -qy install --no-install-recommends systemd-sysv dbus procps openssl",
            "sh /tmp/install.sh /tmp/parley-server.deb",
            "systemctl enable check.service",
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost"
            " -keyout /etc/parley/key.pem -out /etc/parley/fullchain.pem && chmod 600 /etc/parley/key.pem",
        ):
            status, said = image.run("sh", "-c", command)
            self.assertEqual(status, 0, said)
        status, said = run(
            "systemd-nspawn", "--directory", BOOTED, "--register=no", "--keep-unit",
            "--private-network", "--console=pipe", "--boot", timeout=400,
        )
        checked = BOOTED / "var/said"
        if not checked.exists():
            self.skipTest(f"no systemd can be booted here: {said.strip() or status}")
        self.assertIn("\nALL IS WELL\n", checked.read_text(), checked.read_text())
