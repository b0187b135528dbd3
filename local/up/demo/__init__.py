"""The demonstration firm: three people, their matters, and both calendars around today."""
