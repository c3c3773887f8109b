"""``stardust-gitops completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

PROGRAM, VARIABLE = "stardust-gitops", "_STARDUST_GITOPS_COMPLETE"


@click.command("completion")
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print the script that makes a shell complete commands, options, releases and targets.

    \b
    Install it:
      bash  stardust-gitops completion bash >> ~/.bashrc
      zsh   stardust-gitops completion zsh >> ~/.zshrc     (after compinit)
      fish  stardust-gitops completion fish > ~/.config/fish/completions/stardust-gitops.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None  # click knows all three
    # Not source(): that runs the shell to see its version, even where it is not installed.
    script = kind(ctx.find_root().command, {}, PROGRAM, VARIABLE)
    click.echo(script.source_template % script.source_vars())
    return 0
