#!/bin/sh
# Turns CHANGELOG.md into what packages keep: a Debian changelog (deb-changelog(5)) or an RPM %changelog.
# usage: changelog.sh deb|rpm CHANGELOG.md VERSION
#
# CHANGELOG.md has a heading for each version, `## 1.2.3 - 2030-12-31`, newest first, and its changes as a list below it.
# A version without a date, or that is not there yet, has the date of SOURCE_DATE_EPOCH.
set -eu
format=$1 file=$2 version=$3
[ -f "$file" ] || file=/dev/null
developers='echopool developers <echopool@example.org>'
today=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y-%m-%d)

# One line a record: `V version date`, `C change` (the list item in one line).
records() {
  awk -v version="$version" -v today="$today" '
    function flush() { if (item != "") print "C " item; item = "" }
    /^## / {
      flush()
      gsub(/[][]/, ""); number = $2; date = today
      for (i = 3; i <= NF; i++) if ($i ~ /^[0-9]+-[0-9]+-[0-9]+$/) date = $i
      known = number ~ /^[0-9]/
      if (known && !seen++ && number != version) print "V " version " " today "\nC New version."
      if (known) print "V " number " " date
      next
    }
    !known { next }
    /^[-*] / { flush(); item = substr($0, 3); next }
    /^ +[^ ]/ && item != "" { sub(/^ +/, ""); item = item " " $0; next }
    { flush() }
    END { flush(); if (!seen) print "V " version " " today "\nC First version." }' "$file"
}

stamp() { date -u -d "$1 12:00" "+$2"; }

end_entry() {
  [ -z "${date:-}" ] || printf '\n -- %s  %s\n\n' "$developers" "$(LC_ALL=C stamp "$date" '%a, %d %b %Y %H:%M:%S +0000')"
}

records | {
  while read -r kind text; do
    case $format$kind in
      debV) end_entry; date=${text#* }; printf 'echopool (%s) unstable; urgency=medium\n\n' "${text% *}" ;;
      debC) printf '%s\n' "$text" | fold -s -w 74 | sed 's/ *$//; 1s/^/  * /; 2,$s/^/    /' ;;
      rpmV) printf '* %s %s - %s-1\n' "$(LC_ALL=C stamp "${text#* }" '%a %b %d %Y')" "$developers" "${text% *}" ;;
      rpmC) printf '%s\n' "$text" | fold -s -w 74 | sed 's/ *$//; 1s/^/- /; 2,$s/^/  /' ;;
    esac
  done
  [ "$format" = rpm ] || end_entry
}
