"""CaseFlow as Outlook sync sees it: the contract, strictly kept, on SQLite."""
