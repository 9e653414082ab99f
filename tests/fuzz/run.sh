#!/bin/sh
# Runs a fuzz target: `tests/fuzz/run.sh onnx [seconds]`, ten minutes unless
# said otherwise. Arguments after that go to libFuzzer.
set -eu
target=$1
seconds=${2:-600}
shift "$(($# < 2 ? $# : 2))"
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
seeds=$here/seeds/$target
mkdir -p "$seeds" "$here/corpus/$target"

# Each file of a list under a name of its own.
collect() {
    while read -r file; do
        cp "$file" "$seeds/$(echo "${file#"$root"/}" | tr / -)"
    done
}

case $target in
    onnx)
        find "$root/tests/onnx-zoo" "$root/crates/onnx/tests" "$root/tests/golden/models" \
            -name '*.onnx' -size -64k | collect ;;
    mlmodel)
        find "$root/tests" "$root/crates" "$root/examples" -name 'MLmodel*' -type f \
            -not -path '*/node_modules/*' -not -path "$here/*" | collect ;;
    body)
        # The bodies of the recorded requests, and zeros that choose JSON.
        sed -n 's/.*"body": "\(.*\)", "expect".*/\1/p' "$root/tests/golden/scoring.jsonl" |
            sed 's/\\"/"/g' | awk -v dir="$seeds" \
            '{ file = dir "/" NR; printf "%s%16s", $0, "" > file; close(file) }' ;;
esac

# cargo-fuzz wants neither a nightly compiler nor sanitizers: there is no unsafe
# code, and memory is counted by the targets' own allocator. A small stack, as
# wasm has one.
ulimit -s 2048
cd "$here"
exec env RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir "$here" --sanitizer none "$target" \
    "$here/corpus/$target" "$seeds" -- \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=1024 \
    -max_len=65536 "$@"
