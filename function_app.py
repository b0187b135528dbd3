"""The Functions app: checks the settings, then registers what each folder serves. Nothing else happens here."""

from __future__ import annotations

import azure.functions as func

import import_http
import oauth_http
import pages_http
import review_http
import sync_timer
from shared import compose

compose.settings()  # a missing or malformed setting stops the app here, in one line (sync-api.md, Settings)

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
for folder in (sync_timer, oauth_http, import_http, review_http, pages_http):
    app.register_functions(folder.blueprint)
