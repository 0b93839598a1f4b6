"""Risk cards: the deck, evidence, assessments, the register and reports."""
