#!/bin/sh
# Speed of the log rules beside other programs that match Sigma, on the same files and the same rules.
#
#   bench/peers_logs.sh SIGMA [DIR]      SIGMA: a checkout of SigmaHQ/sigma; DIR: where peers and files go
#
# The rules are SigmaHQ's of clouds and identities and nothing else, so that all run the same. Peers are had by their
# own clients into DIR and are never part of the product: rsigma's engine from crates.io; Zircolite from a checkout
# (ZIRCOLITE=...), with its requirements from PyPI; suzaku's binary with SUZAKU=... (its sources name a branch of a
# library that only GitHub has). What cannot be had is said with the reason. Times are user CPU seconds of whole
# processes, ours too, the better of two runs; reading, parsing and matching are in all of them. What a program takes
# for one line of the file, to start and to compile the rules, is taken off, from ours as well. The audit records hold
# JSON inside a text: ours reads it, the others match the text around it and so do a part of the work.
set -eu
cd "$(dirname "$0")/.."
sigma=$1
dir=${2:-build/peers_logs}
mkdir -p "$dir/rules"
dir=$(cd "$dir" && pwd)
bench=build/bench/bench/logs_bench
[ -x "$bench" ] || { echo "first: cmake --build --preset bench --target logs_bench" >&2; exit 2; }
bench=$(realpath "$bench")

for part in cloud identity application/github; do
  [ -d "$sigma/rules/$part" ] && find "$sigma/rules/$part" -name '*.yml' -exec cp {} "$dir/rules/" \;
done
[ -s "$dir/signins.jsonl" ] || "$bench" --write "$dir/signins.jsonl"
[ -s "$dir/audits.jsonl" ] || "$bench" --write-audits "$dir/audits.jsonl"
for file in signins audits; do head -1 "$dir/$file.jsonl" > "$dir/$file-one.jsonl"; done
echo "$(ls "$dir/rules" | wc -l) rule files of SigmaHQ; $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2)"

# seconds_on FILE COMMAND...: user CPU seconds of the command, in which FILE stands for that file
seconds_on() {
  file=$dir/$1.jsonl
  shift
  for argument in "$@"; do
    shift
    set -- "$@" "$(echo "$argument" | sed "s#FILE#$file#")"
  done
  for again in 1 2; do
    bash -c 'TIMEFORMAT=%3U; time "$@" >/dev/null 2>&1' run "$@" 2>&1 || true
  done | sort -n | head -1
}

# run NAME COMMAND...: a row a file, and how many times of it we do
run() {
  name=$1
  shift
  for file in signins audits; do
    bytes=$(wc -c < "$dir/$file.jsonl")
    start=$(seconds_on $file-one "$@")
    all=$(seconds_on $file "$@")
    [ "$name" = ours ] && awk -v start="$start" -v all="$all" 'BEGIN { print (all > start ? all - start : 0.001) }' > "$dir/ours-$file"
    awk -v name="$name" -v file="$file" -v bytes="$bytes" -v start="$start" -v all="$all" -v ours="$(cat "$dir/ours-$file")" 'BEGIN {
      took = (all > start ? all - start : 0.001)
      printf "%-10s %-8s %6.0f MB %8.2f s (%.2f of it to start) %8.1f MB/s  x %.1f (bar 5)\n", name, file, bytes / 1e6, all, start, bytes / 1e6 / took, took / ours }'
  done
}

run ours "$bench" --once FILE --rules "$dir/rules"

# rsigma's command line brings a daemon whose libraries take an hour to compile: its engine is called by a program of
# thirty lines.
rsigma=$dir/cargo/release/rsigma_peer
if [ ! -x "$rsigma" ] && command -v cargo >/dev/null; then
  CARGO_TARGET_DIR=$dir/cargo cargo build --quiet --release --locked --manifest-path bench/rsigma_peer/Cargo.toml || true
fi
if [ -x "$rsigma" ]; then
  run rsigma "$rsigma" "$dir/rules" FILE
else
  echo "rsigma     not measured: it could not be built here (bench/rsigma_peer)"
fi

if [ -n "${SUZAKU:-}" ]; then
  run suzaku "$SUZAKU" azure-timeline -f FILE -r "$dir/rules" -o "$dir/suzaku.csv"
else
  echo "suzaku     not measured: SUZAKU names no binary (no release is in a registry, and its sources need a branch of sigma-rust that only GitHub has)"
fi

if [ -n "${ZIRCOLITE:-}" ]; then
  if [ ! -x "$dir/venv/bin/python" ]; then
    python3 -m venv "$dir/venv"
    "$dir/venv/bin/pip" install -q -r "$ZIRCOLITE/requirements.txt" || true
  fi
  (cd "$ZIRCOLITE" && run Zircolite "$dir/venv/bin/python" zircolite.py -j -e FILE -r "$dir/rules" -n -q -o "$dir/zircolite.json")
else
  echo "Zircolite  not measured: ZIRCOLITE names no checkout"
fi
