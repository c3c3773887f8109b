"""Content × ledger snapshot × clock → plan. Pure: nothing here does I/O."""
