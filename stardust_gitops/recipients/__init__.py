"""Recipients: what is publicly known of them (``presets``), and what holds for a target."""
