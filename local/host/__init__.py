"""The local functions host: runs a Python v2 function app as Azure Functions would (azure.md 1 and 2)."""
