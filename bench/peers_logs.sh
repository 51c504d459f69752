#!/bin/sh
# Speed of the log rules beside other programs that match Sigma, on the same file and the same rules.
#
#   bench/peers_logs.sh SIGMA [DIR]      SIGMA: a checkout of SigmaHQ/sigma; DIR: where peers and files go
#
# Peers are installed by their own clients into DIR and are never part of the product: rsigma (crates.io). suzaku and
# Zircolite are not in the registries; give suzaku's binary with SUZAKU=... if you have one. Times are user CPU seconds
# of one run each, one after another, so that the ratio holds on a busy machine; reading, parsing and matching are in
# all of them.
set -eu
cd "$(dirname "$0")/.."
sigma=$1
dir=${2:-build/peers_logs}
mkdir -p "$dir/rules"
bench=build/bench/bench/logs_bench
[ -x "$bench" ] || { echo "first: cmake --build --preset bench --target logs_bench" >&2; exit 2; }

find "$sigma/rules/cloud" "$sigma/rules/identity" -name '*.yml' -exec cp {} "$dir/rules/" \; 2>/dev/null
[ -s "$dir/signins.jsonl" ] || "$bench" --write "$dir/signins.jsonl"
bytes=$(wc -c < "$dir/signins.jsonl")
echo "$(ls "$dir/rules" | wc -l) rules, $((bytes / 1000000)) MB"

# The file's lines, in MB a second of user CPU.
run() {
  name=$1
  shift
  /usr/bin/env bash -c 'TIMEFORMAT=%U; time "$@" >/dev/null 2>&1' run "$@" 2> "$dir/time" || true
  awk -v name="$name" -v bytes="$bytes" '{ printf "%-12s %8.2f s  %8.1f MB/s\n", name, $1, bytes / 1e6 / $1 }' "$dir/time"
}

"$bench" --read "$dir/signins.jsonl" --rules "$dir/rules"
rsigma=${RSIGMA:-$dir/bin/rsigma}
if [ ! -x "$rsigma" ] && command -v cargo >/dev/null; then
  cargo install rsigma --version 0.23.0 --locked --root "$dir" || true
fi
[ -x "$rsigma" ] && run rsigma "$rsigma" engine eval --rules "$dir/rules" --event "@$dir/signins.jsonl"
[ -n "${SUZAKU:-}" ] && run suzaku "$SUZAKU" azure-timeline -f "$dir/signins.jsonl" -r "$dir/rules" -o "$dir/suzaku.csv"
exit 0
