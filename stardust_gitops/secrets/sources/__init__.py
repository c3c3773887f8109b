"""Where secrets are kept, one module each; `secrets.references` knows them by their schemes."""
