"""The doors (web and shell) and the rules of use."""
