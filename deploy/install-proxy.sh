#!/bin/sh
# Make sure there is an haproxy for two replicas on this machine; say plainly if there cannot be one.
set -eu
PATH=$PATH:/usr/sbin
if command -v haproxy >/dev/null 2>&1; then exit 0; fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get -qq update && apt-get -qq install -y --no-install-recommends haproxy >/dev/null && exit 0
fi
echo "No haproxy: install the package 'haproxy' (as root: apt-get install haproxy)." >&2
exit 1
