"""Trying a target of the catalogue out, beginning with its secrets."""

from __future__ import annotations

from collections.abc import Mapping

from stardust_gitops.catalog.loading import Catalogue, Target
from stardust_gitops.clock import Clock
from stardust_gitops.delivery.probe import SIZE, Probe, State, Trial, Tried
from stardust_gitops.delivery.transports.registry import open_transport
from stardust_gitops.errors import GitOpsError
from stardust_gitops.reconciler.reaching import transport_settings
from stardust_gitops.secrets.secret import redact


def probe_target(
    target: Target,
    catalogue: Catalogue,
    environ: Mapping[str, str],
    clock: Clock,
    *,
    size: int = SIZE,
) -> Trial:
    """What trying a target out finds. Nothing is written but into its `test_path`, and no secret is
    in what is told."""
    begun = clock.monotonic()
    try:
        settings, secrets = transport_settings(target.model.transport, catalogue.root, environ)
    except GitOpsError as error:
        failed = Tried(
            step="secrets",
            state=State.FAILED,
            seconds=clock.monotonic() - begun,
            text=error.message,
            code=error.code,
            hint=error.hint or "docs/secrets.md says where secrets come from",
        )
        return Trial(steps=[failed])
    probe = Probe(
        lambda: open_transport(settings),
        clock,
        masked=lambda text: redact(text, secrets),
        folder=target.model.test_path,
        size=size,
    )
    trial = probe.run()
    count = f"{len(secrets)} found" if secrets else "none needed"
    found = Tried(step="secrets", state=State.OK, seconds=0.0, text=count)
    trial.steps.insert(0, found)
    return trial
