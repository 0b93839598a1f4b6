"""One format a file: path in, batches of rows out."""
