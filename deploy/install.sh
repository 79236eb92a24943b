#!/bin/sh
# Installs Parley's server from its package, on a bare Debian 12 and with nothing that it does not
# need: install.sh PACKAGE.deb. What the Dockerfile runs, and so does the test of the package.
set -eu

package=$(readlink -f "$1")
export DEBIAN_FRONTEND=noninteractive

apt-get -q update
# The package's user and directories are made by systemd's tools; without systemd these are enough.
if ! command -v systemd-sysusers >/dev/null; then
    apt-get -qy install --no-install-recommends systemd-standalone-sysusers systemd-standalone-tmpfiles
fi
apt-get -qy install --no-install-recommends "$package"
apt-get clean
rm -rf /var/lib/apt/lists/*
