"""What is known of the loaded outputs: cases, texts, columns, verdicts, settled labels, losses."""
