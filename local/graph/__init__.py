"""The Microsoft Graph stand-in: calendar semantics of v1.0, in process or served over TLS."""
