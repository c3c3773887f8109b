#!/bin/sh
# Installs what the tests need into .venv and runs them, on up to four cores at once (`-n 0`: in one
# process). Arguments go to pytest.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/.ci/venv.sh"

echo "Installing stardust-gitops and what its tests need into $root/.venv"
make_venv "$root"
install_into "$root" --editable "${root}[test]"
cd "$root"
exec .venv/bin/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal "$@"
