"""What the package holds, and what Debian's and systemd's own tools say of it."""

import gzip
import os
import re
import tempfile
import unittest
from pathlib import Path

from built import DEPLOY, ROOT, contents, package, run

# Of systemd's scale from 0.0 to 10.0, times ten; the unit has 1.2. What is left is what a chat
# server does: it opens sockets to anybody, and raises its own limits.
EXPOSURE_MAX = 15


def lines_of(path):
    """The lines of a unit or a configuration that set something."""
    text = path.read_text().splitlines()
    return [line.strip() for line in text if line.strip() and not line.startswith("#")]


class Package(unittest.TestCase):
    def test_lintian_has_nothing_to_say(self):
        status, said = run("lintian", "--fail-on", "error,warning", "--no-cfg", package())
        self.assertEqual((status, re.findall(r"^[EW]: .*", said, re.M)), (0, []), said)

    def test_lintian_would_have_said_it(self):
        with tempfile.TemporaryDirectory() as directory:
            tree = Path(directory) / "tree"
            run("cp", "-a", contents(), tree)
            (tree / "usr/share/doc/parley-server/copyright").unlink()
            run("dpkg-deb", "--root-owner-group", "--build", tree, directory)
            status, said = run("lintian", "--fail-on", "error,warning", "--no-cfg",
                               *Path(directory).glob("*.deb"))
            self.assertNotEqual(status, 0)
            self.assertIn("no-copyright-file", said)

    def test_what_the_server_links_with_is_asked_for(self):
        _, said = run("dpkg-deb", "--field", package(), "Depends")
        for library in ("libc6", "librocksdb", "libsodium23", "libssl3", "libicu"):
            self.assertIn(library, said)
        self.assertNotIn("$", said)

    def test_the_configuration_is_the_administrators(self):
        self.assertEqual((contents() / "DEBIAN/conffiles").read_text(), "/etc/parley/parleyd.conf\n")

    def test_the_scripts_make_the_user_and_start_the_service(self):
        script = (contents() / "DEBIAN/postinst").read_text()
        order = [script.index(word) for word in ("systemd-sysusers", "systemd-tmpfiles", "_dh_action=start")]
        self.assertEqual(order, sorted(order))
        self.assertIn("stop 'parleyd.service'", (contents() / "DEBIAN/prerm").read_text())

    def test_the_same_commit_gives_the_same_package(self):
        first = package().read_bytes()
        status, said = run(ROOT / "tools/package")
        self.assertEqual(status, 0, said)
        self.assertTrue(package().read_bytes() == first, "another package than before")

    def test_the_version_is_the_servers(self):
        _, version = run("dpkg-deb", "--field", package(), "Version")
        _, said = run(contents() / "usr/bin/parleyd", "version")
        self.assertEqual(said.split(), ["parleyd", version.strip()])


class Configuration(unittest.TestCase):
    path = DEPLOY / "parleyd.conf"

    def check(self, path):
        return run(contents() / "usr/bin/parleyd", "check-config", f"--config={path}")

    def test_it_is_good(self):
        self.assertEqual(self.check(self.path), (0, "the configuration is good\n"))

    def test_what_is_commented_out_is_the_default(self):
        given = [line[2:] for line in self.path.read_text().splitlines() if re.match(r"# [a-z_.]+ =", line)]
        self.assertGreater(len(given), 3)
        _, printed = run(contents() / "usr/bin/parleyd", "print-config")
        self.assertEqual([line for line in given if line not in printed.splitlines()], [])

    def test_the_service_reads_it_and_owns_what_it_names(self):
        unit = lines_of(DEPLOY / "parleyd.service")
        self.assertIn("ExecStart=/usr/bin/parleyd serve --config=/etc/parley/parleyd.conf", unit)
        self.assertIn("data_dir = /var/lib/parley", lines_of(self.path))
        self.assertIn("StateDirectory=parley", unit)
        self.assertIn("User=parley", unit)
        self.assertEqual(lines_of(DEPLOY / "sysusers.conf")[0].split()[:2], ["u", "parley"])
        self.assertEqual(lines_of(DEPLOY / "tmpfiles.conf"), ["d /var/lib/parley 0700 parley parley -"])


class Service(unittest.TestCase):
    def verify(self, text):
        """What systemd says of such a unit, with the packed program and pages in their places."""
        with tempfile.TemporaryDirectory() as directory:
            unit = Path(directory) / "parleyd.service"
            unit.write_text(text.replace("/usr/bin/parleyd", str(contents() / "usr/bin/parleyd")))
            pages = dict(os.environ, MANPATH=str(contents() / "usr/share/man"))
            return run("systemd-analyze", "verify", "--man=yes", unit, env=pages)

    def exposure(self, text):
        with tempfile.TemporaryDirectory() as directory:
            unit = Path(directory) / "parleyd.service"
            unit.write_text(text)
            return run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE_MAX}", unit)

    def setUp(self):
        self.text = (contents() / "lib/systemd/system/parleyd.service").read_text()

    def test_systemd_understands_it(self):
        self.assertEqual(self.verify(self.text), (0, ""))

    def test_systemd_would_have_refused_it(self):
        for right, wrong in (("Restart=on-failure", "Restart=perhaps"), ("UMask=", "UMaks="),
                             ("man:parleyd(1)", "man:parleyx(1)"), ("/usr/bin/parleyd", "/usr/bin/absent")):
            self.assertNotEqual(self.verify(self.text.replace(right, wrong)), (0, ""), wrong)

    def test_little_is_exposed(self):
        status, said = self.exposure(self.text)
        self.assertEqual(status, 0, said)

    def test_more_would_be_too_much(self):
        for line in ("CapabilityBoundingSet=\n", "SystemCallFilter=@system-service\n", "NoNewPrivileges=yes\n"):
            self.assertIn(line, self.text)
        status, _ = self.exposure(self.text.replace("CapabilityBoundingSet=\n", ""))
        self.assertNotEqual(status, 0)

    def test_it_stops_later_than_the_server_drains(self):
        _, printed = run(contents() / "usr/bin/parleyd", "print-config")
        drain_ms = int(re.search(r"^drain_ms = (\d+)$", printed, re.M)[1])
        stop_s = int(re.search(r"^TimeoutStopSec=(\d+)$", self.text, re.M)[1])
        self.assertGreater(stop_s * 1000, drain_ms + 6000)


class Pages(unittest.TestCase):
    pages = ("man1/parleyd.1.gz", "man5/parleyd.conf.5.gz")

    def page(self, name):
        return gzip.decompress((contents() / "usr/share/man" / name).read_bytes()).decode()

    def judge(self, text):
        """What man and mandoc say of the page, besides how it looks."""
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "page"
            path.write_text(text)
            shown = dict(os.environ, LC_ALL="C.UTF-8", MANWIDTH="80")
            said = [run("mandoc", "-T", "lint", "-W", "warning", path)]
            said.append(run("sh", "-c", f"man --warnings -E UTF-8 -Tutf8 -Z -l {path} >/dev/null", env=shown))
            return said

    def test_man_and_mandoc_have_nothing_to_say(self):
        for name in self.pages:
            self.assertEqual(self.judge(self.page(name)), [(0, ""), (0, "")], name)

    def test_they_would_have_said_it(self):
        mandoc, man = self.judge(self.page(self.pages[0]).replace(".El\n", ".Xl\n", 1))
        self.assertNotEqual(mandoc, (0, ""))
        self.assertNotEqual(man, (0, ""))

    def test_every_option_has_its_place(self):
        _, printed = run(contents() / "usr/bin/parleyd", "print-config")
        names = re.findall(r"^([a-z_.]+) =", printed, re.M)
        self.assertGreater(len(names), 20)
        self.assertEqual(re.findall(r"^\.It Ic (.*)$", self.page(self.pages[1]), re.M), names)
