#!/bin/sh
# Installs stardust-gitops into .venv and runs the main job on this catalogue: validate, plan, apply,
# and a plan that is empty. Needs Python 3.11 and git; no server, no account.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(dirname -- "$here")
. "$root/.ci/venv.sh"

echo "Installing stardust-gitops into $root/.venv"
make_venv "$root"
install_into "$root" "$root"
cd "$here"

# Show a command as one would type it, and run it.
run() {
    printf '\n$ stardust-gitops'
    for word in "$@"; do
        case $word in
            *[!A-Za-z0-9._/=@:-]*) printf " '%s'" "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    echo
    "$root/.venv/bin/stardust-gitops" "$@"
}

if [ ! -e .stardust/ledger.db ]; then
    run ledger init
    # The recipients have this release from before: what they have is recorded, nothing is sent.
    # Its status is takedown, so the plan takes it down.
    run ledger adopt --release 4006381333979 --target '*' --reason "on sale since 2021" --auto-approve
fi
run validate --strict
run plan
run apply --auto-approve
run plan

printf '\nWhat the recipients were sent is in %s\n' "$here/delivered"
printf 'To go on: . %s/bin/activate; cd %s; stardust-gitops --help\n' "$root/.venv" "$here"
