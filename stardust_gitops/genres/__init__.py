"""Our genre codes, and how recipients call them."""
