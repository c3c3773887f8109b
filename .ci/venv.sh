# Sourced by catalog_example/run.sh, tests/run.sh and .ci/run: the project's own virtual environment.
# shellcheck shell=sh

# make_venv ROOT: have ROOT/.venv with pip in it, or say what is missing and how to get it.
make_venv() {
    if "$1/.venv/bin/python" -m pip --version >/dev/null 2>&1; then
        return
    fi
    if ! command -v python3 >/dev/null; then
        echo "python3 is not installed; on Debian: apt-get install python3 python3-venv" >&2
        return 1
    fi
    if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        echo "Python 3.11 or newer is needed; python3 here is $(python3 --version)" >&2
        return 1
    fi
    if said=$(python3 -m venv "$1/.venv" 2>&1); then
        return
    fi
    # Debian's python3 comes without ensurepip; virtualenv brings a pip of its own.
    if command -v virtualenv >/dev/null && virtualenv --quiet --python python3 "$1/.venv" >&2; then
        return
    fi
    echo "$said" >&2
    echo "No virtual environment could be made in $1/.venv." >&2
    echo "On Debian or Ubuntu: apt-get install python3-venv, then run this again." >&2
    return 1
}

# install_into ROOT WHAT...: pip-install WHAT, quietly, into ROOT/.venv.
install_into() {
    venv="$1/.venv"
    shift
    if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; then
        echo "pip could not install $*: see above. The package registry has to be reachable." >&2
        return 1
    fi
}
