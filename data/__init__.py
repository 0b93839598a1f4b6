"""Files in, files out, and the contract of columns between them."""
