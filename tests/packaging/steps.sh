# Sourced by the tests that are shell scripts: one line for each thing that holds; the first that does not ends the test.

ok() { printf 'ok    %s\n' "$*"; }
fail() { printf 'FAIL  %s\n' "$*"; exit 1; }
# What cannot be tested here is said, never passed over; 77 tells the caller of the test.
skip() { printf 'SKIP  %s\n' "$*"; exit 77; }

# set_option INI SECTION KEY VALUE: as one would with an editor, where the shipped file has the option in a comment.
set_option() {
  sed -i "/^\[$2\]/,/^\[/s|^#\?$3 =.*|$3 = $4|" "$1"
  grep -qxF -- "$3 = $4" "$1" || fail "$1 has no option $3 in [$2]"
}

# eventually SECONDS COMMAND…: as soon as it succeeds; false when the time is over.
eventually() {
  local end=$((SECONDS + $1)); shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}
