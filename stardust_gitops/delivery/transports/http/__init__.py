"""Recipients with an HTTP API, which the target describes request by request."""
