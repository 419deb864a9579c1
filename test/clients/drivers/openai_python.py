"""Drives the Python package openai."""

import json

import openai

from driver import TLS, WEATHER, Forecast, Skipped, drive, pick_headers, plain, tool_loop


def perform(command):
    client = openai.OpenAI(
        base_url=command["baseURL"],
        api_key=command["apiKey"],
        http_client=openai.DefaultHttpxClient(verify=TLS),
        max_retries=command.get("maxRetries", 0),
        **({"timeout": command["timeoutMs"] / 1000} if "timeoutMs" in command else {}),
    )
    return responses(client, command) if command.get("api") == "responses" else chat(client, command)


def chat(client, command):
    system = [{"role": "system", "content": command["system"]}] if "system" in command else []
    body = {"model": command["model"], "messages": [*system, *command["messages"]], **command.get("extra", {})}
    if command["op"] == "create":
        raw = client.chat.completions.with_raw_response.create(**body)
        return {**describe_chat(raw.parse()), "headers": pick_headers(raw.headers), "chunks": 1}
    if command["op"] == "stream":
        return iterate_chat(client, body, command.get("stopAfter"))
    if command["op"] == "loop":
        return loop_chat(client, body, command, system)
    if not hasattr(client.chat.completions, "stream"):
        raise Skipped("no chat.completions.stream")
    chunks = 0
    with client.chat.completions.stream(**body, stream_options={"include_usage": True}) as stream:
        for event in stream:
            chunks += event.type == "content.delta"
        return {**describe_chat(stream.get_final_completion()), "chunks": chunks}


def loop_chat(client, body, command, system):
    function = {"name": WEATHER["name"], "description": WEATHER["description"], "parameters": WEATHER["schema"]}
    tools = [{"type": "function", "function": {**function, "strict": True}}]
    wants_forecast = command.get("forecast", False)

    def ask(messages):
        request = {**body, "tools": tools, "messages": [*system, *messages]}
        if wants_forecast:
            request["response_format"] = Forecast
        if command["streams"]:
            with client.chat.completions.stream(**request) as stream:
                for _ in stream:
                    pass
                completion = stream.get_final_completion()
        else:
            completions = client.chat.completions
            completion = (completions.parse if wants_forecast else completions.create)(**request)
        message = completion.choices[0].message
        return {**describe_chat(completion), "parsed": getattr(message, "parsed", None), "items": [message]}

    def answer(results):
        return [{"role": "tool", "tool_call_id": call["id"], "content": text} for call, text in results]

    return tool_loop(command, ask, lambda text, image: {"role": "user", "content": chat_content(text, image)}, answer)


def chat_content(text, image):
    """Results have no place for an image on this wire."""
    if image is None:
        return text
    url = {"url": f"data:image/png;base64,{image}"}
    return [{"type": "text", "text": text}, {"type": "image_url", "image_url": url}]


def iterate_chat(client, body, stop_after):
    """Gathers the chunks as an app does that uses no helper."""
    raw = client.chat.completions.with_raw_response.create(**body, stream=True, stream_options={"include_usage": True})
    fields = {"text": "", "answerId": None, "model": None, "finish": None, "usage": None, "chunks": 0}
    with raw.parse() as stream:
        for chunk in stream:
            fields.update(answerId=chunk.id, model=chunk.model)
            if chunk.usage is not None:
                fields["usage"] = plain(chunk.usage)
            for choice in chunk.choices[:1]:
                if choice.delta.content:
                    fields["text"] += choice.delta.content
                    fields["chunks"] += 1
                fields["finish"] = choice.finish_reason or fields["finish"]
            if stop_after is not None and fields["chunks"] >= stop_after:
                break
    return {**fields, "headers": pick_headers(raw.headers)}


def describe_chat(completion):
    choice = completion.choices[0] if completion.choices else None
    calls = (choice.message.tool_calls or []) if choice else []
    return {
        "text": (choice.message.content or "") if choice else "",
        "toolCalls": [
            {"id": call.id, "name": call.function.name, "input": json.loads(call.function.arguments)} for call in calls
        ],
        "answerId": completion.id,
        "model": completion.model,
        "finish": choice.finish_reason if choice else None,
        "usage": plain(completion.usage),
    }


def responses(client, command):
    body = {
        "model": command["model"],
        "input": command["messages"],
        **({"instructions": command["system"]} if "system" in command else {}),
        **command.get("extra", {}),
    }
    if command["op"] == "create":
        raw = client.responses.with_raw_response.create(**body)
        return {**describe_response(raw.parse()), "headers": pick_headers(raw.headers), "chunks": 1}
    if command["op"] == "stream":
        return iterate_response(client, body, command.get("stopAfter"))
    if command["op"] == "loop":
        return loop_responses(client, body, command)
    if command["op"] == "mcp":
        return with_servers(client, body, command.get("streams"))
    if command["op"] == "compact":
        if not hasattr(client.responses, "compact"):
            raise Skipped("no responses.compact")
        raw = client.responses.with_raw_response.compact(**body)
        return {"text": "", "value": plain(raw.parse()), "headers": pick_headers(raw.headers), "chunks": 1}
    if not hasattr(client.responses, "stream"):
        raise Skipped("no responses.stream")
    chunks = 0
    with client.responses.stream(**body) as stream:
        for event in stream:
            chunks += event.type == "response.output_text.delta"
        return {**describe_response(stream.get_final_response()), "chunks": chunks}


def with_servers(client, body, streams):
    """What the items of MCP servers are in the SDK's own reading, and in which order a stream tells them."""
    events = []
    if streams:
        with client.responses.stream(**body) as stream:
            events = [plain(event) for event in stream]
            response = stream.get_final_response()
    else:
        response = client.responses.create(**body)
    content = [plain(item) for item in response.output]
    return {**describe_response(response), "value": {"content": content, "events": events}, "chunks": len(events)}


def loop_responses(client, body, command):
    tools = [
        {
            "type": "function",
            "name": WEATHER["name"],
            "description": WEATHER["description"],
            "parameters": WEATHER["schema"],
            "strict": True,
        }
    ]
    at_provider = command.get("keeps") == "provider"
    state = {"previous": None, "sent": 0}

    def ask(history):
        held = {"store": False, "input": history}
        if at_provider:
            held = {"input": history[state["sent"] :]}
            if state["previous"]:
                held["previous_response_id"] = state["previous"]
        request = {**body, "tools": tools, **held}
        if command.get("forecast"):
            request["text_format"] = Forecast
        if command["streams"]:
            with client.responses.stream(**request) as stream:
                response = stream.get_final_response()
        else:
            response = (client.responses.parse if command.get("forecast") else client.responses.create)(**request)
        items = [] if at_provider else list(response.output)
        state.update(previous=response.id, sent=len(history) + len(items))
        parsed = getattr(response, "output_parsed", None)
        return {**describe_response(response), "parsed": parsed, "items": items}

    def answer(results):
        return [
            {
                "type": "function_call_output",
                "call_id": call["id"],
                "output": response_content(text, command.get("image")),
            }
            for call, text in results
        ]

    return tool_loop(
        command, ask, lambda text, image: {"role": "user", "content": response_content(text, image)}, answer
    )


def response_content(text, image):
    if image is None:
        return text
    shown = {"type": "input_image", "detail": "auto", "image_url": f"data:image/png;base64,{image}"}
    return [{"type": "input_text", "text": text}, shown]


def iterate_response(client, body, stop_after):
    raw = client.responses.with_raw_response.create(**body, stream=True)
    whole, text, chunks = None, "", 0
    with raw.parse() as stream:
        for event in stream:
            whole = getattr(event, "response", None) or whole
            if event.type == "response.output_text.delta":
                chunks += 1
                text += event.delta
            if stop_after is not None and chunks >= stop_after:
                break
    described = describe_response(whole) if whole is not None else {}
    return {**described, "text": text, "headers": pick_headers(raw.headers), "chunks": chunks}


def describe_response(response):
    calls = [item for item in response.output or [] if item.type == "function_call"]
    return {
        "text": response.output_text,
        "toolCalls": [{"id": call.call_id, "name": call.name, "input": json.loads(call.arguments)} for call in calls],
        "answerId": response.id,
        "model": response.model,
        "finish": response.status,
        "usage": plain(response.usage),
    }


drive(perform)
