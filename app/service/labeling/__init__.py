"""People's work: campaigns, the desk, schemes, suggestions, gold cases, adjudication."""
