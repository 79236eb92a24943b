#!/usr/bin/env python3
"""Runs every mode of parley-bench in small and looks at what it prints; then takes the server's
syncs away, which must fail the run. How fast anything is does not matter here.

usage: test_smoke.py PARLEY_BENCH PARLEYD
"""

import json
import os
import subprocess
import sys
import tempfile

ROWS = ["pairs_w16", "pairs_w1", "cpu", "rate", "group", "slow_reader", "idle", "idle_tls", "storm",
        "connect", "history", "tls"]
SECONDS_MAX = 240


def bench(*arguments, **environment):
    with tempfile.TemporaryDirectory(prefix="parley-smoke-") as directory:
        done = subprocess.run(
            [sys.argv[1], f"--server={sys.argv[2]}", f"--dir={directory}", *arguments],
            capture_output=True, text=True, timeout=SECONDS_MAX, env={**os.environ, **environment})
        left = os.listdir(directory)
    return done, left


def check(holds, what, done):
    if not holds:
        sys.exit(f"not so: {what}\nstatus {done.returncode}\n{done.stdout}\n{done.stderr}")


def check_table():
    done, left = bench("smoke", "--json")
    check(done.returncode == 0, "the small run ends well", done)
    check(not left, f"it leaves nothing behind: {left}", done)
    rows = json.loads(done.stdout)
    mix = rows.pop("mix", {})
    check(mix.get("value", 0) > 0, "the mix of what people do was measured", done)
    check(sorted(rows) == sorted(ROWS), "each row is there, and no other", done)
    for key, row in rows.items():
        check({"value", "unit", "limit", "ratio", "met"} <= row.keys(), f"{key} is whole", done)
        check(isinstance(row["met"], bool), f"{key} is met or not", done)
        check(row["value"] is not None and row["limit"] > 0, f"{key} was measured", done)
    check(rows["history"]["detail"]["events"] == 3000, "the scale of history is told", done)
    check(rows["tls"]["detail"]["resumed_s"] > 0, "sessions are resumed", done)
    check(rows["pairs_w16"]["detail"]["syncs"] > 0, "syncs are counted", done)


def check_unsynced():
    done, _ = bench("pairs", "--pairs=2", "--seconds=0.1", BENCH_DROP_SYNCS="1")
    check(done.returncode == 1, "a server that does not sync fails the run", done)
    check("answers without syncing" in done.stderr, "the run says why", done)
    check(not done.stdout, "and has no figures", done)


check_table()
check_unsynced()
print("2 passed, 0 failed, 0 skipped")
