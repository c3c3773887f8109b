"""The parts of the delivery benchmark: what is sent, where to, by us and by others."""

PROTOCOLS = ("directory", "SFTP", "FTP", "FTPS", "S3", "Azure")
"""What is measured, in this order."""
