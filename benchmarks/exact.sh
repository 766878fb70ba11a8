#!/usr/bin/env bash
# Runs that stand behind docs/results.md. Public suites are read from $DATA; results go to benchmarks/results, one folder a run.
#   DATA=path/to/suites benchmarks/exact.sh [NAME ...]      (all runs without names; a killed run goes on where it was)
set -euo pipefail
cd "$(dirname "$0")/.."
DATA=${DATA:?name the folder of the public suites: DATA=path benchmarks/exact.sh}
OUT=${OUT:-benchmarks/results}
FLOWFORTH=${FLOWFORTH:-.venv/bin/flowforth}
JOBS=${JOBS:-1}
PYTHON=${PYTHON:-.venv/bin/python}

wanted() {  # wanted NAME: whether that run is to be made
    [ ${#WANTED[@]} -eq 0 ] || printf '%s\n' "${WANTED[@]}" | grep -qx "$1"
}

run() {  # run NAME BENCH-ARGUMENTS...
    local name=$1
    shift
    wanted "$name" || return 0
    "$FLOWFORTH" bench --warm-up 10 --jobs "$JOBS" --out "$OUT/$name" "$@"
    "$FLOWFORTH" report "$OUT/$name" >/dev/null
}

made() {  # made NAME.jsonl GENERATE-ARGUMENTS...: the path of a suite that is not bundled, generated where it is missing
    local file=$OUT/suites/$1
    shift
    mkdir -p "$OUT/suites"
    [ -f "$file" ] || "$PYTHON" -m benchmarks.generate "$@" --out "$file" >&2
    printf '%s' "$file"
}

WANTED=("$@")
run lists --suite lists-n3 lists-n4 lists-n5 lists-n6 --methods exact --budget 10
run lists-plain --suite lists-n3 lists-n4 lists-n5 --methods plain --budget 10 --limit 20
run lambdabeam-handwritten --suite "$DATA"/lambdabeam-handwritten.jsonl --methods exact --budget 60
run lambdabeam-synthetic --suite "$DATA"/lambdabeam-synthetic.jsonl --methods exact --budget 60
run exedec --suite "$DATA"/exedec-*.jsonl --methods exact --budget 10
run exedec-leave-one-out --suite "$DATA"/exedec-none.jsonl "$DATA"/exedec-length-generalization.jsonl --leave-one-out --methods exact --budget 10
run dreamcoder --suite "$DATA"/dreamcoder-list.jsonl --methods exact --budget 10
run bustle-5s --suite "$DATA"/bustle-38.jsonl --constants discovered --methods exact cvc5 --budget 5
run bustle-30s --suite "$DATA"/bustle-38.jsonl --constants discovered --methods exact cvc5 --budget 30
run sygus-10s --suite "$DATA"/sygus-89.jsonl --sygus-files "$DATA"/sygus-pbe-strings --methods exact cvc5 --budget 10
run sygus-30s --suite "$DATA"/sygus-89.jsonl --sygus-files "$DATA"/sygus-pbe-strings --methods exact cvc5 --budget 30
run prior --suite lists-n6 lists-n7 lists-n8 --methods exact portfolio prior --budget 10 --seeds 0 1 2
run portfolio --suite lists-n3 lists-n4 lists-n5 ints lists strings conditionals constants "$DATA"/dreamcoder-list.jsonl \
    "$DATA"/exedec-none.jsonl "$DATA"/exedec-length-generalization.jsonl --methods exact portfolio --budget 10
run portfolio-lambdabeam --suite "$DATA"/lambdabeam-*.jsonl --methods exact portfolio --budget 60
run long --suite lists-n10 lists-n12 lists-n14 --methods exact portfolio --budget 60
run named --suite ints lists strings conditionals constants --methods exact --budget 10
run hidden-constants --suite constants-1 constants-2 constants-3 --methods exact constants portfolio --budget 10 --seeds 0 1 2
run pyshgp --suite ints --methods exact pyshgp --budget 10 --limit 10
run beam-1000 --suite "$DATA"/exedec-none.jsonl --methods beam random plain exact --max-candidates 1000 --budget 120
wanted beam-256 && run beam-256 --suite "$(made lists-n2.jsonl lists --n 2 --count 50 --seed 0)" lists-n3 lists-n4 lists-n5 lists-n6 \
    --methods beam random plain --max-candidates 256 --budget 120
run beam-10s --suite lists-n5 lists-n6 lists-n7 --methods beam exact --budget 10
