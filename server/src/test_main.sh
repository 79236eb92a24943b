#!/usr/bin/env bash
# What parleyd says to a configuration that it could not serve: test_main.sh PARLEYD.
set -uo pipefail

parleyd=$1
dir=$(mktemp -d)
server=
passed=0 failed=0

end() {
    [[ -z $server ]] || kill "$server"
    wait
    rm -rf "$dir"
}
trap end EXIT

# expect CODE WORDS COMMAND...: the exit code, and words in what was printed.
expect() {
    local code=$1 words=$2 said got
    shift 2
    said=$(timeout 60 "$parleyd" "$@" 2>&1)
    got=$?
    if [[ $got == "$code" && $said == *"$words"* ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s: exit %s, not %s: %s\n' "$*" "$got" "$code" "$said"
    fi
}

good="the configuration is good"
expect 2 "usage: parleyd copy DIR" copy
expect 1 "copy is for store = cassandra" copy "$dir/none"
expect 1 "there is no store in $dir/none" copy "$dir/none" --store cassandra \
    --cassandra.contacts 127.0.0.1:9
expect 0 "$good" check-config
expect 0 "$good" check-config --listen "127.0.0.1:80 [::1]:80"
expect 1 "listen: 127.0.0.1:99999 is no address" check-config --listen 127.0.0.1:99999
for everybody in 0.0.0.0:0 :0 "127.0.0.1:0 192.0.2.1:0"; do
    expect 1 "allow_plaintext" check-config --listen "$everybody"
    expect 1 "allow_plaintext" serve --listen "$everybody" --data_dir "$dir/none"
    expect 0 "$good" check-config --listen "$everybody" --allow_plaintext true
done

# Every command has its place in the page of the manual.
page=$(dirname "${BASH_SOURCE[0]}")/../../deploy/parleyd.1
while read -r command _; do
    if grep -q "^\.It Ic $command\b" "$page"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED to find $command in deploy/parleyd.1"
    fi
done < <("$parleyd" help | sed -n 's/^  //p')

# A second server must not share the first one's port.
mkfifo "$dir/said"
"$parleyd" serve --listen 127.0.0.1:0 --data_dir "$dir/first" >"$dir/said" 2>"$dir/log" &
server=$!
read -r -t 60 line <"$dir/said"
expect 1 "cannot listen: Address already in use" \
    serve --listen "127.0.0.1:${line##*:}" --data_dir "$dir/second"

# Whoever started it is told when it serves, that it goes on, and when it is about to end.
if python3 - "$parleyd" "$dir" <<'TELLS'; then
import os, signal, socket, subprocess, sys

parleyd, directory = sys.argv[1:]
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
    manager.bind(directory + "/notify")
    manager.settimeout(60)
    server = subprocess.Popen(
        [parleyd, "serve", "--listen=127.0.0.1:0", f"--data_dir={directory}/told"],
        env=dict(os.environ, NOTIFY_SOCKET=directory + "/notify", WATCHDOG_USEC="1000000"),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )
    said = [manager.recv(100)]
    port = int(server.stdout.readline().rsplit(":", 1)[1])
    socket.create_connection(("127.0.0.1", port), 10).close()
    said += [manager.recv(100), manager.recv(100)]
    server.send_signal(signal.SIGTERM)
    while said[-1] != b"STOPPING=1":
        said.append(manager.recv(100))
    code = server.wait(60)
alive = b"WATCHDOG=1"
if said[:3] != [b"READY=1", alive, alive] or set(said[3:-1]) - {alive} or code:
    sys.exit(f"told {said}, exit {code}")
TELLS
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "FAILED to tell its manager"
fi

# A queue of passwords is not hashed to its end before the server ends.
mkfifo "$dir/said2"
"$parleyd" serve --listen 127.0.0.1:0 --data_dir "$dir/third" --registration open \
    --password_queue_max 200 --tries_per_address 0 >"$dir/said2" 2>"$dir/log2" &
third=$!
read -r -t 60 line <"$dir/said2"
clients=()
for ((i = 0; i < 100; i++)); do
    body="{\"username\":\"user$i\",\"password\":\"long enough\"}"
    exec {client}<>"/dev/tcp/127.0.0.1/${line##*:}"
    printf 'POST /v1/signup HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' \
        ${#body} "$body" >&"$client"
    clients+=("$client")
done
read -r -t 60 _ <&"${clients[0]}"
kill "$third"
refused=0
for client in "${clients[@]}"; do
    said=$(timeout 60 cat <&"$client")
    exec {client}>&-
    [[ $said != *'"overloaded"'* ]] || refused=$((refused + 1))
done
wait "$third"
ended=$?
if ((ended == 0 && refused > 0)); then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "FAILED to drop passwords that wait: exit $ended, $refused of ${#clients[@]} refused"
fi

echo "$passed passed, $failed failed, 0 skipped"
((failed == 0))
