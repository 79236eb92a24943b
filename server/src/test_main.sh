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
    said=$(timeout 10 "$parleyd" "$@" 2>&1)
    got=$?
    if [[ $got == "$code" && $said == *"$words"* ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s: exit %s, not %s: %s\n' "$*" "$got" "$code" "$said"
    fi
}

good="the configuration is good"
expect 0 "$good" check-config
expect 0 "$good" check-config --listen "127.0.0.1:80 [::1]:80"
expect 1 "listen: 127.0.0.1:99999 is no address" check-config --listen 127.0.0.1:99999
for everybody in 0.0.0.0:0 :0 "127.0.0.1:0 192.0.2.1:0"; do
    expect 1 "allow_plaintext" check-config --listen "$everybody"
    expect 1 "allow_plaintext" serve --listen "$everybody" --data_dir "$dir/none"
    expect 0 "$good" check-config --listen "$everybody" --allow_plaintext true
done

# A second server must not share the first one's port.
mkfifo "$dir/said"
"$parleyd" serve --listen 127.0.0.1:0 --data_dir "$dir/first" >"$dir/said" 2>"$dir/log" &
server=$!
read -r -t 20 line <"$dir/said"
expect 1 "cannot listen: Address already in use" \
    serve --listen "127.0.0.1:${line##*:}" --data_dir "$dir/second"

echo "$passed passed, $failed failed, 0 skipped"
((failed == 0))
