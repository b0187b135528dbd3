"""The CaseFlow stand-in keeps the contract."""
