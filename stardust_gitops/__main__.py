"""``python -m stardust_gitops`` is the same program as ``stardust-gitops``."""

from stardust_gitops.cli.main import main

if __name__ == "__main__":
    main()
