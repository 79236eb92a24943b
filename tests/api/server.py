"""A real server in a directory of its own, on a free port of this machine, and people on it."""

import os
import shutil
import socket
import subprocess
import tempfile
import time

import requests

READY_S_MAX = 60
EXIT_S_MAX = 40
CALL_S_MAX = 40
PASSWORD = "correct horse"
# Requests come faster and fail oftener than people's.
OPTIONS = {"registration": "open", "insecure_fast_passwords": "true", "tries_per_account": 0,
           "tries_per_address": 0, "signups_per_address": 0, "requests_per_user": 0,
           "unauthenticated_per_address": 0, "requests_burst": 0, "sends_burst": 0,
           "searches_burst": 0, "drafts_burst": 0, "exports_burst": 0,
           "bytes_burst": 0}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="parley-api-")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.session = requests.Session()
        self.log = open(f"{self.dir}/log", "wb")
        flags = {**OPTIONS, "data_dir": f"{self.dir}/data", "listen": f"127.0.0.1:{self.port}"}
        # The tests' own variables are no options of the server.
        env = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY")}
        self.child = subprocess.Popen(
            [os.environ["PARLEYD"], "serve", *(f"--{name}={flags[name]}" for name in flags)],
            env=env, cwd=self.dir, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.wait_ready()

    def wait_ready(self):
        until = time.monotonic() + READY_S_MAX
        while time.monotonic() < until and self.child.poll() is None:
            try:
                if self.session.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            except (requests.ConnectionError, requests.Timeout):
                time.sleep(0.02)  # Not listening yet.
        text = self.said()
        self.end()
        raise AssertionError(f"the server is not ready:\n{text}")

    def said(self):
        with open(f"{self.dir}/log", encoding="utf-8", errors="replace") as log:
            return log.read()

    def end(self):
        """Its exit status, after SIGTERM; what does not follow is killed."""
        self.session.close()
        self.child.terminate()
        try:
            status = self.child.wait(EXIT_S_MAX)
        except subprocess.TimeoutExpired:
            self.child.kill()
            status = self.child.wait()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)
        return status

    def call(self, method, path, token=None, body=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self.session.request(method, self.url + path, headers=headers, json=body,
                                      timeout=CALL_S_MAX)
        assert answer.status_code == 200, f"{method} {path}: {answer.text}"
        return answer.json()


class World:
    """Ann, who asks, and whom and what she can ask about."""

    FRIENDS = 3
    GROUPS = 6
    MESSAGES = 20

    def __init__(self, server):
        self.server = server
        self.counted = 0
        self.ann = self.sign_up()
        self.token = self.ann["token"]
        friends = [self.sign_up() for _ in range(self.FRIENDS)]
        self.users = [person["user"] for person in friends]
        self.conversations = [self.group() for _ in range(self.GROUPS)]
        # In no group yet.
        self.users += [self.sign_up()["user"] for _ in range(self.FRIENDS)]
        self.sync_token = server.call("POST", "/v1/sync", self.token)["token"]
        for friend in friends:
            # Unread ones, and accepted, so that replies have something to list.
            sent = {"to": self.ann["user"], "text": "hello"}
            asked = server.call("POST", "/v1/messages", friend["token"], sent)["conversation"]
            server.call("POST", f"/v1/conversations/{asked}/accept", self.token, {})
            self.conversations.append(asked)
            sent = {"to": self.conversations[0], "text": "hello", "reply_to": 2}
            server.call("POST", "/v1/messages", friend["token"], sent)

    def count(self):
        self.counted += 1
        return self.counted

    def sign_up(self):
        return self.server.call("POST", "/v1/signup", None, {
            "username": f"person-{self.count()}", "password": PASSWORD, "device_name": "api"})

    def group(self):
        conversation = self.server.call("POST", "/v1/groups", self.token, {
            "title": "Boats", "members": self.users})["conversation"]
        for i in range(self.MESSAGES):
            self.server.call("POST", "/v1/messages", self.token,
                             {"to": conversation, "text": f"message {i}"})
        path = f"/v1/conversations/{conversation}/messages"
        self.server.call("PATCH", f"{path}/2", self.token, {"text": "another"})
        self.server.call("PUT", f"{path}/3/reaction", self.token, {"emoji": "\N{THUMBS UP SIGN}"})
        self.server.call("DELETE", f"{path}/4", self.token)
        return conversation
