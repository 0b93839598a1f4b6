"""What the measuring pages ask: tail, belief, abstention, comparison, agreement, harm, steps."""
