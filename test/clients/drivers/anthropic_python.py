"""Drives the Python package anthropic."""

import anthropic

from driver import TLS, WEATHER, Forecast, drive, pick_headers, plain, tool_loop


def perform(command):
    client = anthropic.Anthropic(
        base_url=command["baseURL"],
        api_key=command["apiKey"],
        http_client=anthropic.DefaultHttpxClient(verify=TLS),
        max_retries=command.get("maxRetries", 0),
        **({"timeout": command["timeoutMs"] / 1000} if "timeoutMs" in command else {}),
    )
    body = {
        "model": command["model"],
        "max_tokens": command.get("maxTokens", 512),
        "messages": command["messages"],
        **({"system": command["system"]} if "system" in command else {}),
        **command.get("extra", {}),
    }
    if command["op"] == "create":
        raw = client.messages.with_raw_response.create(**body)
        return {**describe(raw.parse()), "headers": pick_headers(raw.headers), "chunks": 1}
    if command["op"] == "stream":
        return iterate(client, body, command.get("stopAfter"))
    if command["op"] == "loop":
        return loop(client, body, command)
    if command["op"] == "mcp":
        return with_servers(client.beta.messages, body, command.get("streams"))
    chunks = 0
    with client.messages.stream(**body) as stream:
        for _ in stream.text_stream:
            chunks += 1
        return {**describe(stream.get_final_message()), "chunks": chunks}


def loop(client, body, command):
    tools = [{"name": WEATHER["name"], "description": WEATHER["description"], "input_schema": WEATHER["schema"]}]

    def ask(messages):
        request = {**body, "tools": tools, "messages": messages}
        if command.get("forecast"):
            request["output_format"] = Forecast
        if command["streams"]:
            with client.messages.stream(**request) as stream:
                message = stream.get_final_message()
        else:
            message = (client.messages.parse if command.get("forecast") else client.messages.create)(**request)
        return {**describe(message), "parsed": getattr(message, "parsed_output", None), "items": [{"role": "assistant", "content": message.content}]}

    def answer(results):
        content = [
            {"type": "tool_result", "tool_use_id": call["id"], "content": with_image(text, command.get("image"))}
            for call, text in results
        ]
        return [{"role": "user", "content": content}] if content else []

    return tool_loop(command, ask, lambda text, image: {"role": "user", "content": with_image(text, image)}, answer)


def with_servers(messages, body, streams):
    """What the connector's blocks are in the SDK's own reading, and in which order a stream tells them."""
    events = []
    if streams:
        with messages.stream(**body) as stream:
            for event in stream:
                block = getattr(event, "content_block", None)
                if event.type in ("content_block_start", "content_block_stop"):
                    events.append(f"{event.type} {block.type}" if event.type.endswith("start") else event.type)
            message = stream.get_final_message()
    else:
        message = messages.create(**body)
    content = [plain(block) for block in message.content]
    return {**describe(message), "value": {"content": content, "events": events}, "chunks": len(events)}


def with_image(text, data):
    if data is None:
        return text
    source = {"type": "base64", "media_type": "image/png", "data": data}
    return [{"type": "text", "text": text}, {"type": "image", "source": source}]


def iterate(client, body, stop_after):
    """Gathers the events as an app does that uses no helper."""
    raw = client.messages.with_raw_response.create(**body, stream=True)
    start, text, chunks, finish, usage = None, "", 0, None, {}
    with raw.parse() as stream:
        for event in stream:
            if event.type == "message_start":
                start = event.message
                usage = plain(start.usage)
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                chunks += 1
                text += event.delta.text
            if event.type == "message_delta":
                finish = event.delta.stop_reason
                usage = {**usage, **{key: value for key, value in plain(event.usage).items() if value is not None}}
            if stop_after is not None and chunks >= stop_after:
                break
    return {
        "text": text,
        "answerId": start.id if start else None,
        "model": start.model if start else None,
        "finish": finish,
        "usage": usage,
        "headers": pick_headers(raw.headers),
        "chunks": chunks,
    }


def describe(message):
    content = message.content or []
    return {
        "text": "".join(block.text for block in content if block.type == "text"),
        "toolCalls": [
            {"id": block.id, "name": block.name, "input": block.input} for block in content if block.type == "tool_use"
        ],
        "answerId": message.id,
        "model": message.model,
        "finish": message.stop_reason,
        "usage": plain(message.usage),
    }


drive(perform)
