"""FTP, plain and over explicit TLS (RFC 959, 2228, 2428, 3659, 4217)."""
