"""A small function app with every kind of function the host runs; it runs under Microsoft's runtime too."""

from __future__ import annotations

import json
from typing import List  # noqa: UP035 - Out[list[str]] stops the whole app (azure.md 1.1)

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
bp = func.Blueprint()  # type: ignore[no-untyped-call]


@app.route(route="echo/{name:alpha}/{number:int?}", methods=["GET", "POST"])
def echo(req: func.HttpRequest) -> func.HttpResponse:
    """Answer with the request as it arrived."""
    seen = {
        "method": req.method,
        "url": req.url,
        "headers": dict(req.headers),
        "params": dict(req.params),
        "route_params": dict(req.route_params),
        "body": req.get_body().decode(),
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json", status_code=201)


@bp.route(route="cookies")
def cookies(req: func.HttpRequest) -> func.HttpResponse:
    """Set two cookies and one repeated header."""
    response = func.HttpResponse("ok")
    response.headers.add("Set-Cookie", "flow=a/b; Max-Age=600; Path=/api; Secure; HttpOnly; SameSite=Lax")
    response.headers.add("Set-Cookie", "gone=; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
    response.headers.add("X-Twice", "first")
    response.headers.add("X-Twice", "second")
    return response


@app.route(route="plain/{*path}")
def plain(req: func.HttpRequest) -> str:
    """Answer with plain text."""
    return f"text of {req.route_params.get('path', '')}"


@app.route(route="broken")
def broken(req: func.HttpRequest):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Fail in the way the query names."""
    if req.params.get("how") == "raise":
        raise LookupError("broken on purpose")
    return {"not": "a response"} if req.params.get("how") == "dict" else None


@app.route(route="keyed", auth_level=func.AuthLevel.FUNCTION)
def keyed(req: func.HttpRequest) -> str:
    """Answer callers who have the key."""
    return "opened"


@app.route(route="fill", methods=["POST"])
@app.queue_output(arg_name="out", queue_name="%SAMPLE_QUEUE%", connection="AzureWebJobsStorage")
def fill(req: func.HttpRequest, out: func.Out[List[str]]) -> func.HttpResponse:  # noqa: UP006
    """Send the messages named in the body."""
    texts = req.get_json()
    out.set(texts)
    return func.HttpResponse(status_code=204)


@app.timer_trigger(arg_name="timer", schedule="%SAMPLE_SCHEDULE%")
@app.queue_output(arg_name="out", queue_name="%SAMPLE_QUEUE%", connection="AzureWebJobsStorage")
def tick(timer: func.TimerRequest, out: func.Out[str]) -> None:
    """Send one message that tells how the timer saw itself."""
    status = getattr(timer, "schedule_status", {})  # the SDK's public type does not declare it
    out.set(json.dumps({"tick": timer.past_due, "next": status.get("Next")}))


@app.queue_trigger(arg_name="msg", queue_name="%SAMPLE_QUEUE%", connection="AzureWebJobsStorage")
@app.queue_output(arg_name="done", queue_name="%SAMPLE_QUEUE%-done", connection="AzureWebJobsStorage")
def work(msg: func.QueueMessage, done: func.Out[str], context: func.Context) -> object:
    """Pass the message on; a text that begins with `fail` fails, `return` returns what it may not."""
    text = msg.get_body().decode()
    if text.startswith("fail"):
        raise ValueError(text)
    if text == "return":
        return "not allowed"
    done.set(f"{context.function_name} {text} {msg.dequeue_count}")
    return None


@app.queue_trigger(arg_name="msg", queue_name="%SAMPLE_QUEUE%-poison", connection="AzureWebJobsStorage")
@app.queue_output(arg_name="done", queue_name="%SAMPLE_QUEUE%-done", connection="AzureWebJobsStorage")
def poison(msg: str, done: func.Out[str]) -> None:
    """Report what was given up."""
    done.set(f"given up {msg}")


app.register_functions(bp)
