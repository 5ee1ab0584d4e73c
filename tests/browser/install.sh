#!/bin/sh
# Make sure there is a Chromium for the browser tests; say plainly if there cannot be one.
set -eu
bin=$1
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    # With a font for the Chinese names, which every reader's own system has.
    apt-get -qq update && apt-get -qq install -y chromium fonts-wqy-zenhei >/dev/null && exit 0
fi
if "$bin/python" -m playwright install chromium; then exit 0; fi
echo "No Chromium for the browser tests: install the package 'chromium' (as root: apt-get install chromium)." >&2
exit 1
