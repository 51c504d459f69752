#!/bin/sh
# Speed of the log rules beside other programs that match Sigma, on the same file and the same rules.
#
#   bench/peers_logs.sh SIGMA [DIR]      SIGMA: a checkout of SigmaHQ/sigma; DIR: where peers and files go
#
# Peers are installed by their own clients into DIR and are never part of the product: rsigma (crates.io). suzaku and
# Zircolite are not in the registries; give suzaku's binary with SUZAKU=..., a checkout of Zircolite with ZIRCOLITE=...
# (its requirements.txt goes into DIR/venv, from PyPI). Times are user CPU seconds of one run each, one after another,
# so that the ratio holds on a busy machine; reading, parsing and matching are in all of them. What a peer takes for one
# line of the file, to start and to convert the rules, is taken off.
set -eu
cd "$(dirname "$0")/.."
sigma=$1
dir=${2:-build/peers_logs}
mkdir -p "$dir/rules"
dir=$(cd "$dir" && pwd)
bench=build/bench/bench/logs_bench
[ -x "$bench" ] || { echo "first: cmake --build --preset bench --target logs_bench" >&2; exit 2; }

find "$sigma/rules/cloud" "$sigma/rules/identity" -name '*.yml' -exec cp {} "$dir/rules/" \; 2>/dev/null
[ -s "$dir/signins.jsonl" ] || "$bench" --write "$dir/signins.jsonl"
bytes=$(wc -c < "$dir/signins.jsonl")
echo "$(ls "$dir/rules" | wc -l) rules, $((bytes / 1000000)) MB"

head -1 "$dir/signins.jsonl" > "$dir/one.jsonl"
# seconds_on FILE COMMAND...: user CPU seconds of the command, in which FILE stands for that file
seconds_on() {
  file=$dir/$1.jsonl
  shift
  for argument in "$@"; do
    shift
    set -- "$@" "$(echo "$argument" | sed "s#FILE#$file#")"
  done
  bash -c 'TIMEFORMAT=%U; time "$@" >/dev/null 2>&1' run "$@" 2>&1 || true
}

# The file's lines, in MB a second of user CPU, and how many times that we do.
run() {
  name=$1
  shift
  start=$(seconds_on one "$@")
  all=$(seconds_on signins "$@")
  awk -v name="$name" -v bytes="$bytes" -v start="$start" -v all="$all" -v ours="$ours" 'BEGIN {
    rate = bytes / 1e6 / (all > start ? all - start : 0.001)
    printf "%-12s %8.2f s (%.2f of it to start)  %8.1f MB/s  x %.1f (bar 5)\n", name, all, start, rate, ours / rate }'
}

"$bench" --read "$dir/signins.jsonl" --rules "$dir/rules" | tee "$dir/ours"
ours=$(sed -n 's/.*) *\([0-9]*\) MB\/s with,.*/\1/p' "$dir/ours")
rsigma=${RSIGMA:-$dir/bin/rsigma}
if [ ! -x "$rsigma" ] && command -v cargo >/dev/null; then
  cargo install rsigma --version 0.23.0 --locked --root "$dir" || true
fi
[ -x "$rsigma" ] && run rsigma "$rsigma" engine eval --rules "$dir/rules" --event "@FILE"
[ -n "${SUZAKU:-}" ] && run suzaku "$SUZAKU" azure-timeline -f FILE -r "$dir/rules" -o "$dir/suzaku.csv"
if [ -n "${ZIRCOLITE:-}" ]; then
  if [ ! -x "$dir/venv/bin/python" ]; then
    python3 -m venv "$dir/venv"
    "$dir/venv/bin/pip" install -q -r "$ZIRCOLITE/requirements.txt" || true
  fi
  (cd "$ZIRCOLITE" && run Zircolite "$dir/venv/bin/python" zircolite.py -j -e FILE -r "$dir/rules" -n -q -o "$dir/zircolite.json")
fi
exit 0
