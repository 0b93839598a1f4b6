"""Made-up data: its maker and its seed. Nothing here was copied from anywhere."""
