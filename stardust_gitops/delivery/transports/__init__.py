"""One module per protocol, behind one small interface (`base.Transport`)."""
