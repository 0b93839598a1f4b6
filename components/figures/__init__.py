"""Numbers in, Plotly figure out."""
