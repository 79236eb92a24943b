# shellcheck shell=bash
# What ./dev makes sure of before it works: Debian packages, Node, the web side's npm packages.
# Sourced by ./dev with the repository as the working directory. Everything that is fetched lands
# in build/ or node_modules/, but for the Debian packages, which are announced first.

say() {
    printf '%s\n' "dev: $*" >&2
}

die() {
    say "$*"
    exit 1
}

# Prints the packages of the given groups that this machine lacks.
missing_packages() {
    local group package program _
    while read -r group package program _; do
        [[ -z $group || $group == \#* ]] && continue
        [[ " $* " == *" $group "* ]] || continue
        if [[ -n $program ]]; then
            command -v "$program" >/dev/null && continue
        fi
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
            printf '%s\n' "$package"
    done <packages.txt
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "only root may install packages and there is no sudo; run as root: $*"
    fi
}

# need_packages GROUP...: installs what is missing of these groups of packages.txt.
need_packages() {
    local missing
    if ! command -v dpkg-query >/dev/null; then
        say "no Debian machine: what packages.txt lists under '$*' is taken to be there"
        return
    fi
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]} == 0)) && return
    say "installing Debian packages: ${missing[*]}"
    local log=build/packages.log
    mkdir -p build
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >"$log" 2>&1 </dev/null ||
        say "apt-get update failed; trying with the package lists as they are"
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qy --no-install-recommends install "${missing[@]}" >>"$log" 2>&1 </dev/null || {
        tail -n 20 "$log" >&2
        die "could not install: ${missing[*]} (all of it: $log)"
    }
}

# The oldest Node that runs TypeScript as it is and so `node --test` on our sources.
node_oldest=22.18.0

node_is_new_enough() {
    local version
    version=$(node --version 2>/dev/null) || return 1
    [[ $(printf '%s\n' "$node_oldest" "${version#v}" | sort -V | head -n 1) == "$node_oldest" ]]
}

# Makes `node` and `npm` new enough on the PATH, fetching the pinned ones (tools/node) if they
# are not. The npm package `node` is a script that installs node-linux-<cpu>; the lock file names
# these directly, so no install script runs and the bytes are checked against it.
need_node() {
    local dir=build/tools/node package
    if ! cmp -s tools/node/package-lock.json "$dir/package-lock.json"; then
        if node_is_new_enough && command -v npm >/dev/null; then
            return
        fi
        need_packages web
        if node_is_new_enough; then
            return
        fi
        say "Node $(node --version 2>/dev/null) is older than $node_oldest: fetching the pinned one into $dir"
        rm -rf "$dir" "$dir.new"
        mkdir -p "$dir.new"
        cp tools/node/package.json tools/node/package-lock.json "$dir.new/"
        npm ci --prefix "$dir.new" --ignore-scripts --no-audit --no-fund --loglevel=error \
            >&2 </dev/null || die "npm could not fetch the pinned Node"
        # Debian's npm does not link the programs of optional packages.
        for package in "$dir.new"/node_modules/node-linux-*; do
            ln -sfn "../${package##*/}/bin/node" "$dir.new/node_modules/.bin/node"
        done
        mv "$dir.new" "$dir"
    fi
    PATH=$PWD/$dir/node_modules/.bin:$PATH
    hash -r
    node_is_new_enough || die "the pinned Node does not run on $(uname -s) $(uname -m)"
}

# Brings node_modules/ to what package-lock.json says.
need_node_modules() {
    need_node
    local stamp=node_modules/.parley-lock
    cmp -s package-lock.json "$stamp" && return
    say "installing the npm packages of package-lock.json"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 </dev/null ||
        die "npm ci failed"
    mkdir -p node_modules
    cp package-lock.json "$stamp"
}

# Brings build/tools/api to what tests/api pins: a Python of its own with what checks the API's
# documents, and AsyncAPI's JSON Schema. Fails where that cannot be had, and says why in a log.
need_api_tools() {
    local dir=build/tools/api log=build/api-tools.log
    local -a pins=(tests/api/requirements.txt tests/api/package.json tests/api/package-lock.json)
    cat "${pins[@]}" | cmp -s - "$dir/pins" && return
    need_node
    say "installing what tests/api pins into $dir"
    rm -rf "$dir"
    mkdir -p "$dir"
    cp "${pins[@]}" .npmrc "$dir/"
    # Wheels only: nothing that is installed runs a script.
    { python3 -m venv "$dir/venv" &&
        "$dir/venv/bin/python" -m pip -q --disable-pip-version-check install \
            --only-binary=:all: --require-hashes -r tests/api/requirements.txt &&
        npm ci --prefix "$dir" --ignore-scripts --no-audit --no-fund --loglevel=error; } \
        >"$log" 2>&1 </dev/null || return 1
    cat "${pins[@]}" >"$dir/pins"
}
