#!/bin/bash -eu
# Builds all fuzz targets for OSS-Fuzz, which sets SRC, OUT, SANITIZER and RUSTFLAGS.

cd "$SRC/countersign"

# RUSTFLAGS are for the targets: a program for this machine, and the macros that it is compiled with, can't be built with a sanitizer.
# The program is called without Cargo, because rustup puts its own `cargo` before that of OSS-Fuzz.
RUSTFLAGS= cargo build --locked --quiet --package xtask --target-dir target

if [ "$SANITIZER" = coverage ]; then
    kind=coverage
else
    kind=address
fi
target/debug/xtask fuzz build --out "$OUT" --sanitizer "$kind"
