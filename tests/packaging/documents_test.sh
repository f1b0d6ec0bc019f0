#!/usr/bin/env bash
# The manual pages say all that the programs can be told, without a complaint of man's, and the completions complete.
# usage: documents_test.sh BUILD
set -euo pipefail
build=$1
here=$(dirname "$(readlink -f "$0")")
. "$here/steps.sh"
made=$build/packaging

# Those of the INI file, --section.key, are left to its own page.
flags_of() { grep -oE '(^|[ ,])--[a-z][a-z0-9._-]*' | tr -d ' ,' | grep -vF . | sort -u; }

# page NAME COMMAND…: the page is well formed and has every flag that the command prints.
page() {
  local page=$made/$1.gz text flag; shift
  [ -e "$page" ] || skip "no manual pages were built: scdoc is not installed"
  command -v man >/dev/null || skip "man is not installed"
  text=$(MANWIDTH=200 MAN_KEEP_FORMATTING='' man --warnings --no-hyphenation -l "$page" 2>page.err) && [ ! -s page.err ] ||
    fail "man complains about $page: $(cat page.err)"
  for flag in $("$@" --help | flags_of); do
    grep -qF -- "$flag" <<<"$text" || fail "$page does not mention $flag"
  done
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# bash_completes PROGRAM EXPECTED WORD…: the last word is completed to what is expected; bash makes a word of each `=`.
bash_completes() {
  local program=$1 expected=$2 got; shift 2
  got=$(bash --norc -c '
    compopt() { :; }
    . "$1"; program=$2; shift 2
    COMP_WORDS=("$program" "$@"); COMP_CWORD=$#
    "_$program"
    printf "%s\n" "${COMPREPLY[@]}"' _ "$made/completions/$program" "$program" "$@" | sort | paste -sd' ')
  [ "$got" = "$expected" ] || fail "bash completes '$program $*' to '$got', not to '$expected'"
}
bash_completes echopoold "--pool.idle=" --pool.id
bash_completes echopoold "hold park" --pool.idle =
bash_completes echopoold "park" --pool.idle = pa
bash_completes echopoold "--check-config --config" --c
touch some.ini
bash_completes echopoold "some.ini" --config some
bash_completes echopoold "template" --dump-config = t
bash_completes echopool "talk" ta
bash_completes echopool "ping" help pi
bash_completes echopool "--verbose --verify --version" talk --ver
bash_completes echopool "do dont want" ping --fragment ''
bash_completes echopool "check" che
bash_completes echopool "crit ok warn" check -r ''
bash_completes echopool "--set" opts --se
ok "bash completes switches, options, subcommands, choices and files"

if command -v zsh >/dev/null && command -v python3 >/dev/null; then
  timeout 60 python3 "$here/zsh_completion.py" "$made/completions" \
    'echopoold --pool.id' 'echopoold --pool.idle=' \
    'echopoold --pool.idle=' 'hold park' \
    'echopoold --pool.idle=pa' 'echopoold --pool.idle=park' \
    'echopoold --c' '--check-config --config' \
    'echopoold --config some' 'echopoold --config some.ini' \
    'echopoold --dump-config=t' 'echopoold --dump-config=template' \
    'echopool ta' 'echopool talk' \
    'echopool che' 'echopool check' \
    'echopool help ' 'check deadlock load opts ping talk' \
    'echopool talk --ver' '--verbose --verify --version' \
    'echopool ping --fragment=' 'do dont want' \
    'echopool check -r ' 'crit ok warn' || fail "zsh does not complete as expected"
  ok "zsh completes switches, options, subcommands, choices and files"
else
  ok "(zsh or python3 is not installed: zsh's completions are not tried)"
fi

page echopoold.8 "$build/bin/echopoold" --config /dev/null
page echopool.1 "$build/bin/echopool"
for subcommand in $("$build/bin/echopool" --help | awk '/^Subcommands:/ { on = 1; next } /^$/ { on = 0 } on && /^  [a-z]/ { print $1 }'); do
  page echopool.1 "$build/bin/echopool" "$subcommand"
done
text=$(man --warnings -l "$made/echopoold.ini.5.gz")
for key in $("$build/bin/echopoold" --dump-config=template | sed -n 's/^#\([a-z_]*\) =.*/\1/p'); do
  grep -qE "^ +$key = " <<<"$text" || fail "echopoold.ini(5) does not mention $key"
done
ok "the manual pages are well formed and mention every option"
