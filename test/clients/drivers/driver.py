"""The loop both Python drivers share: one JSON command a line in, one JSON result a line out, several at a time."""

import json
import re
import sys
import threading

import httpx2
import pydantic

# As httpx2 makes it for each client that is not given one, which takes longer than most calls.
TLS = httpx2.create_ssl_context()

_printing = threading.Lock()


class Skipped(Exception):
    """For what a version of an SDK has no function for."""


def drive(perform):
    """`perform(command)` gives the fields of a good result; what it raises becomes a bad one."""
    _print({"ready": True})
    for line in sys.stdin:
        threading.Thread(target=_run, args=(perform, json.loads(line)), daemon=True).start()


# The one tool that every loop offers: its result names the city, so that a mix-up of two calls shows.
WEATHER = {
    "name": "get_weather",
    "description": "Tells the weather in a city.",
    "schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False},
}


class Forecast(pydantic.BaseModel):
    """See forecast in driver.mjs."""

    city: str
    sunny: bool


def tool_loop(command, ask, say, answer):
    """A conversation of several user turns; see toolLoop in driver.mjs."""
    history, texts, parsed, tool_calls = [], [], [], []
    for at, turn in enumerate(command["turns"]):
        history.append(say(turn, command.get("image") if at == 0 else None))
        calls = None
        while calls != []:
            said = ask(history)
            history.extend(said["items"])
            calls = said["toolCalls"]
            tool_calls.extend(calls)
            history.extend(answer([(call, f"It is sunny in {call['input'].get('city')}.") for call in calls]))
        texts.append(said["text"])
        parsed.append(plain(said.get("parsed")))
    return {"text": texts[-1], "texts": texts, "parsed": parsed, "toolCalls": tool_calls, "chunks": 0}


def pick_headers(headers):
    """Headers a test may want to look at, of the many."""
    wanted = re.compile(r"^x-trooper-|^(x-|anthropic-)?request-id$|^retry-after$|^x-should-retry$")
    return {name.lower(): value for name, value in headers.items() if wanted.match(name.lower())}


def plain(value):
    """An SDK's object as JSON."""
    return None if value is None else value.model_dump(mode="json")


def _run(perform, command):
    try:
        result = {"id": command["id"], "ok": True, **perform(command)}
    except Skipped as reason:
        result = {"id": command["id"], "ok": False, "skipped": str(reason)}
    except Exception as error:
        result = {"id": command["id"], "ok": False, **_describe(error)}
    _print(result)


def _describe(error):
    body = getattr(error, "body", None)
    inner = body.get("error", body) if isinstance(body, dict) else {}
    inner = inner if isinstance(inner, dict) else {}
    response = getattr(error, "response", None)
    return {
        "name": type(error).__name__,
        "status": getattr(error, "status_code", None),
        "message": str(error),
        "type": inner.get("type"),
        "code": inner.get("code"),
        "headers": pick_headers(response.headers) if response is not None else {},
    }


def _print(value):
    with _printing:
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()
