# Sourced by the tests that are shell scripts: one line for each thing that holds; the first that does not ends the test.

ok() { printf 'ok    %s\n' "$*"; }
fail() { printf 'FAIL  %s\n' "$*"; exit 1; }
# What cannot be tested here is said, never passed over; 77 tells whoever runs the test.
skip() { printf 'SKIP  %s\n' "$*"; exit 77; }

# eventually SECONDS COMMAND…: as soon as it succeeds; false when the time is over.
eventually() {
  local end=$((SECONDS + $1)); shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}
