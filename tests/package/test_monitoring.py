"""The alert rules and the dashboard, held against what a server tells and by Prometheus's own tool."""

import json
import re
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path

from built import DEPLOY, ROOT, contents, run

RULES = DEPLOY / "prometheus/parley.rules.yml"
CASES = ROOT / "tests/package/alerts.yml"
DASHBOARD = DEPLOY / "grafana/parley.json"
METRIC = re.compile(r"\b((?:parley|process)_[a-z_]+)(?:\{([^}]*)\})?")
# Told by Prometheus itself of each server.
FOREIGN_LABELS = {"job", "instance", "le"}


def scrape():
    """What a server that has just started tells."""
    with tempfile.TemporaryDirectory(prefix="parley-metrics-") as directory:
        server = subprocess.Popen(
            [contents() / "usr/bin/parleyd", "serve", f"--data_dir={directory}/data",
             "--listen=127.0.0.1:0", "--metrics.listen=127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        try:
            for line in server.stdout:
                found = re.search(r"(http://\S+/metrics)", line)
                if found:
                    with urllib.request.urlopen(found[1], timeout=20) as reply:
                        return reply.read().decode()
            raise RuntimeError("the server does not say where its metrics are")
        finally:
            server.terminate()
            server.wait(30)
            server.stdout.close()


def rules_of(path):
    """The alerts of a file with their expressions, as it is written here: no YAML is read."""
    found = re.findall(r"- alert: (\w+)\n\s+expr: (\|\n(?:\s{10,}.*\n)+|.*\n)", path.read_text())
    return {name: expr.lstrip("|").strip() for name, expr in found}


def targets():
    """The panels' titles with what they ask, the dashboard's variables set."""
    shown = json.loads(DASHBOARD.read_text())
    for panel in shown["panels"]:
        for target in panel.get("targets", []):
            expr = target["expr"].replace("$__rate_interval", "5m").replace("$job", "x")
            yield panel["title"], expr.replace("$instance", ".*"), target["legendFormat"]


def promtool_rules(exprs):
    """What promtool says of alerts with these expressions."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "rules.yml"
        rules = [{"alert": f"A{i}", "expr": expr} for i, expr in enumerate(exprs)]
        path.write_text(json.dumps({"groups": [{"name": "x", "rules": rules}]}))
        return run("promtool", "check", "rules", path)


class Monitoring(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.told = scrape()
        cls.lines = [line for line in cls.told.splitlines() if not line.startswith("#")]
        # Without a value on a server that stands alone: by nodes of Cassandra, and statements.
        cls.silent = {name for name in re.findall(r"^# TYPE (\w+)", cls.told, re.M)
                      if name.startswith("parley_database_")
                      and not any(line.startswith(name) for line in cls.lines)}

    def unknown(self, expr):
        """Metrics, labels and values in an expression that no server tells."""
        for name, matchers in METRIC.findall(expr):
            lines = [line for line in self.lines if re.match(rf"{name}[{{ ]", line)]
            if not lines and name in self.silent:
                continue
            if not lines:
                yield name
            for label, values in re.findall(r'(\w+)=~?"([^"]*)"', matchers):
                for value in values.split("|") if label not in FOREIGN_LABELS else []:
                    if not any(f'{label}="{value}"' in line for line in lines):
                        yield f"{name}{{{label}={value}}}"

    def test_what_is_told_is_well_formed(self):
        done = subprocess.run(["promtool", "check", "metrics"], input=self.told, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_the_rules_are_understood(self):
        status, said = run("promtool", "check", "rules", RULES)
        self.assertEqual(status, 0, said)
        self.assertIn(f"{len(rules_of(RULES))} rules found", said)

    def test_each_alert_comes_when_it_should(self):
        status, said = run("promtool", "test", "rules", CASES)
        self.assertEqual(status, 0, said)
        for name in rules_of(RULES):
            seen = re.findall(rf"alertname: {name}(\}}?)$", CASES.read_text(), re.M)
            self.assertEqual(set(seen), {"", "}"}, f"{name} is not seen both to come and to stay away")

    def test_another_threshold_would_have_been_noticed(self):
        text = RULES.read_text()
        for right, wrong in (("> 0.01", "> 0.03"), ("> 0.25", "> 0.5"), ("for: 1m", "for: 5m"), ("> 2", "> 0")):
            self.assertIn(right, text)
            with tempfile.TemporaryDirectory() as directory:
                (Path(directory) / "parley.rules.yml").write_text(text.replace(right, wrong))
                cases = Path(directory) / "alerts.yml"
                cases.write_text(CASES.read_text().replace("../../deploy/prometheus/", ""))
                self.assertNotEqual(run("promtool", "test", "rules", cases)[0], 0, wrong)

    def test_the_rules_ask_for_what_is_told(self):
        for name, expr in rules_of(RULES).items():
            self.assertEqual(list(self.unknown(expr)), [], name)
        self.assertEqual(list(self.unknown('parley_absent + parley_errors_total{code=~"internal|odd"}')),
                         ["parley_absent", "parley_errors_total{code=odd}"])

    def test_each_alert_is_explained(self):
        page = (ROOT / "docs/operations/monitor.md").read_text()
        self.assertEqual(re.findall(r"^### (Parley\w+)$", page, re.M), list(rules_of(RULES)))

    def test_the_dashboard_is_what_its_table_makes(self):
        self.assertEqual(run(ROOT / "tools/dashboard", "--check"), (0, ""))

    def test_the_dashboard_asks_for_what_is_told(self):
        asked = list(targets())
        self.assertGreater(len(asked), 30)
        for title, expr, legend in asked:
            self.assertEqual(list(self.unknown(expr)), [], title)
            for label in set(re.findall(r"{{(\w+)}}", legend)) - FOREIGN_LABELS:
                names = [name for name, _ in METRIC.findall(expr)]
                told = [line for line in self.lines if line.startswith(f"{names[0]}{{{label}=")]
                self.assertTrue(told or names[0] in self.silent, f"{title}: {label}")

    def test_the_dashboard_speaks_prometheus(self):
        exprs = [expr for _, expr, _ in targets()]
        status, said = promtool_rules(exprs)
        self.assertEqual(status, 0, said)
        self.assertNotEqual(promtool_rules([exprs[0] + ")"])[0], 0)

    def test_no_panel_lies_on_another(self):
        taken = set()
        shown = json.loads(DASHBOARD.read_text())["panels"]
        for place in (panel["gridPos"] for panel in shown):
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(cells & taken)
            self.assertLessEqual(place["x"] + place["w"], 24)
            taken |= cells
        self.assertEqual(len({panel["id"] for panel in shown}), len(shown))
