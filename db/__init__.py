"""The two stores: the warehouse of model outputs, the ledger of people's work."""
