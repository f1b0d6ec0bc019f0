#!/usr/bin/env bash
# The manual pages say all that the programs can be told, without a complaint of man's, and the completions complete.
# usage: documents_test.sh BUILD
set -euo pipefail
build=$1
. "$(dirname "$(readlink -f "$0")")/steps.sh"
made=$build/packaging

flags_of() { grep -oE '(^|[ ,])--[a-z][a-z0-9._-]*' | tr -d ' ,' | sort -u; }

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
bash_completes echopool "talk" ta
bash_completes echopool "ping" help pi
bash_completes echopool "--verbose --verify --version" talk --ver
bash_completes echopool "do dont want" ping --fragment ''
ok "bash completes switches, options, subcommands, choices and files"

if command -v zsh >/dev/null; then
  # Nobody but zsh's own line editor can ask: it runs on a pseudo-terminal, and lists what it offers after two tabs.
  zsh_offers() {
    local line=$1 expected=$2
    zsh -f -c '
      zmodload zsh/zpty
      zpty z zsh -f -i
      zpty -w z "PS1=; fpath=('"$made"'/completions \$fpath); autoload -U compinit; compinit -u -D; setopt nobeep; stty rows 500 columns 200; print re\ady"
      zpty -r -m z line "*ready*" || exit 1
      zpty -w -n z "$1"$'"'\t\t'"'
      zpty -r -m z line "*$2*" && exit 0
      print -r -- "$line"; exit 1' _ "$line" "$expected" >offered 2>&1 || fail "zsh does not offer '$expected' for '$line': $(cat offered)"
  }
  zsh_offers 'echopool p' 'ing '
  zsh_offers 'echopoold --pool.idle=p' 'park'
  ok "zsh completes subcommands and choices"
else
  ok "(zsh is not installed: its completions are not tried)"
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
