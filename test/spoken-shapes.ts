/** The shapes in which models write calls into their text, and the calls that they are. Their sources stand beside the grammar in src/spoken. */
import type { Heard } from './spoken.ts'

export const ls = { name: 'Bash', input: '{"command":"ls"}' }
const pwd = { name: 'Bash', input: '{"command":"pwd"}' }
export const bash = '{"name":"Bash","arguments":{"command":"ls"}}'

export const spokenShapes: [string, string, Heard[]][] = [
  ['Qwen and Hermes', `<tool_call>\n${bash}\n</tool_call>`, [ls]],
  ['Qwen, spaced out', '<tool_call>\n{ "name" : "Bash" , "arguments" : {"command":"ls"} }\n</tool_call>\n', [ls]],
  ['Qwen, behind words', `I look.\n\n<tool_call>\n${bash}\n</tool_call>`, ['I look.\n\n', ls]],
  ['Qwen, before words', `<tool_call>${bash}</tool_call>\nDone.`, [ls, '\nDone.']],
  ['Qwen, twice', `<tool_call>${bash}</tool_call>\n<tool_call>${bash.replace('ls', 'pwd')}</tool_call>`, [ls, pwd]],
  ['Qwen, twice in one', `<tool_call>${bash}\n${bash.replace('ls', 'pwd')}</tool_call>`, [ls, pwd]],
  ['Qwen, not closed before the next', `<tool_call>\n${bash}\n<tool_call>\n${bash}\n</tool_call>`, [ls, ls]],
  ['Qwen, not closed at the end', `<tool_call>\n${bash}`, [ls]],
  [
    'Qwen, with the closing tag inside the arguments',
    `<tool_call>{"name":"Bash","arguments":{"command":"echo '</tool_call>'"}}</tool_call>`,
    [{ name: 'Bash', input: `{"command":"echo '</tool_call>'"}` }],
  ],
  [
    'Qwen, with escaped quotes and brackets',
    String.raw`<tool_call>{"name":"Bash","arguments":{"command":"echo \"}] \\"}}</tool_call>`,
    [{ name: 'Bash', input: String.raw`{"command":"echo \"}] \\"}` }],
  ],
  ['tools', `<tools>\n${bash}\n</tools>`, [ls]],
  ['function_call', `<function_call>${bash}</function_call>`, [ls]],
  [
    'Qwen3-Coder',
    '<tool_call>\n<function=Bash>\n<parameter=command>\nls\n</parameter>\n<parameter=timeout>\n5000\n</parameter>\n</function>\n</tool_call>',
    [{ name: 'Bash', input: '{"command":"ls","timeout":5000}' }],
  ],
  ['Qwen3-Coder, bare', 'So:\n<function=Bash>\n<parameter=command>\nls\n</parameter>\n</function>', ['So:\n', ls]],
  [
    'Qwen3-Coder, opening tag forgotten',
    '<function=Bash><parameter=command>ls</parameter></function>\n</tool_call>',
    [ls],
  ],
  ['Qwen3-Coder, not closed', '<tool_call>\n<function=Bash>\n<parameter=command>\nls\n</parameter>', [ls]],
  [
    'Qwen3-Coder, a page that holds its tags',
    '<function=Write><parameter=file_path>a.md</parameter><parameter=content>\n<b>1 < 2 && 3</b>\n</parameter> ends one.\n\n</parameter></function>',
    [
      {
        name: 'Write',
        input: JSON.stringify({ file_path: 'a.md', content: '<b>1 < 2 && 3</b>\n</parameter> ends one.\n' }),
      },
    ],
  ],
  [
    'Qwen3-Coder, a value of each type',
    '<function=plan><parameter=steps>[{"a": 12345678901234567890}]</parameter><parameter=id> 7 </parameter><parameter=note>5</parameter></function>',
    [{ name: 'plan', input: '{"steps":[{"a": 12345678901234567890}],"id":7,"note":"5"}' }],
  ],
  [
    'Qwen3-Coder, Python’s values',
    '<function=Bash><parameter=command>5</parameter><parameter=run_in_background>True</parameter></function>',
    [{ name: 'Bash', input: '{"command":"5","run_in_background":true}' }],
  ],
  [
    'Qwen3-Coder without parameters',
    '<function=list_mailboxes>\n</function>',
    [{ name: 'list_mailboxes', input: '{}' }],
  ],
  ['Llama 3.1’s own', '<function=Bash>{"command":"ls"}</function>', [ls]],
  [
    'Claude',
    '<function_calls>\n<invoke name="Bash">\n<parameter name="command">ls</parameter>\n</invoke>\n<invoke name="Bash">\n<parameter name="command">pwd</parameter>\n</invoke>\n</function_calls>',
    [ls, pwd],
  ],
  ['Claude, bare', '<invoke name="Bash">\n<parameter name="command">ls</parameter>\n</invoke>', [ls]],
  [
    'MiniMax',
    '<minimax:tool_call>\n<invoke name="Bash"><parameter name="command">ls</parameter></invoke>\n</minimax:tool_call>',
    [ls],
  ],
  ['GLM', '<tool_call>Bash\n<arg_key>command</arg_key>\n<arg_value>ls</arg_value>\n</tool_call>', [ls]],
  [
    'GLM, twice, one without arguments',
    '<tool_call>Bash<arg_key>command</arg_key><arg_value>ls</arg_value></tool_call>\n<tool_call>list_mailboxes</tool_call>',
    [ls, { name: 'list_mailboxes', input: '{}' }],
  ],
  ['Mistral', `[TOOL_CALLS][${bash}, ${bash.replace('ls', 'pwd')}]`, [ls, pwd]],
  ['Mistral, behind a sentence', `Sure. [TOOL_CALLS] [${bash}]`, ['Sure. ', ls]],
  ['Mistral’s newer', '[TOOL_CALLS]Bash[ARGS]{"command":"ls"}[TOOL_CALLS]Bash[ARGS]{"command":"pwd"}', [ls, pwd]],
  ['Llama 3', `<|python_tag|>${bash.replace('arguments', 'parameters')}`, [ls]],
  ['Llama 3, twice', `<|python_tag|>${bash}; ${bash}`, [ls, ls]],
  ['Llama 4', `<|python_start|>${bash}<|python_end|>`, [ls]],
  ['Granite', `<|tool_call|>[${bash}]`, [ls]],
  [
    'DeepSeek V3',
    'I look.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>Bash\n```json\n{"command":"ls"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    ['I look.', ls],
  ],
  [
    'DeepSeek V3.1',
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>Bash<｜tool▁sep｜>{"command":"ls"}<｜tool▁call▁end｜><｜tool▁call▁begin｜>Bash<｜tool▁sep｜>{"command":"pwd"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    [ls, pwd],
  ],
  [
    'Kimi K2',
    'I look.<|tool_calls_section_begin|><|tool_call_begin|>functions.Bash:0<|tool_call_argument_begin|>{"command":"ls"}<|tool_call_end|><|tool_call_begin|>functions.Bash:1<|tool_call_argument_begin|>{"command":"pwd"}<|tool_call_end|><|tool_calls_section_end|>',
    ['I look.', ls, pwd],
  ],
  [
    'Kimi K2, spaced out',
    '<|tool_call_section_begin|>\n<|tool_call_begin|> Bash:12 <|tool_call_argument_begin|> {"command":"ls"} <|tool_call_end|>\n<|tool_call_section_end|>',
    [ls],
  ],
  [
    'Kimi K2, without the marks of its section',
    '<|tool_call_begin|>functions.Bash:0<|tool_call_argument_begin|>{"command":"ls"}<|tool_call_end|>',
    [ls],
  ],
  [
    'Kimi K2, not closed at the end',
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.Bash:0<|tool_call_argument_begin|>{"command":"ls"}',
    [ls],
  ],
  ['Llama 4, in Python', `[Bash(command="ls"), Bash(command='pwd')]`, [ls, pwd]],
  ['Llama 4, in Python behind words', 'I look.\n\n[Bash(command="ls")]\n', ['I look.\n\n', ls]],
  ['Llama 4, in Python between its marks', '<|python_start|>[Bash(command="ls")]<|python_end|>', [ls]],
  [
    'Python with values of every kind',
    String.raw`[plan(steps=[{'do': "a\n\"b\"", 'n': [1, -2.5, {}]},], id=90071992547409931, note=None,), list_mailboxes()]`,
    [
      {
        name: 'plan',
        input: String.raw`{"steps":[{"do":"a\n\"b\"","n":[1,-2.5,{}]}],"id":90071992547409931,"note":null}`,
      },
      { name: 'list_mailboxes', input: '{}' },
    ],
  ],
  [
    'Python with a text of many lines',
    String.raw`[Write(file_path='a.py', content="""print('\u00e9 \d')` + '\nprint("]")\n""")]',
    [
      {
        name: 'Write',
        input: JSON.stringify({ file_path: 'a.py', content: String.raw`print('é \d')` + '\nprint("]")\n' }),
      },
    ],
  ],
  [
    'Python’s words',
    '[Bash(command="ls", run_in_background=True, timeout=5e3)]',
    [{ name: 'Bash', input: '{"command":"ls","run_in_background":true,"timeout":5e3}' }],
  ],
  ['Python in a fence', '```python\n[Bash(command="ls")]\n```', [ls]],
  ['LFM2', '<|tool_call_start|>[Bash(command="ls")]<|tool_call_end|>', [ls]],
  [
    'LFM2, between words',
    'I look. <|tool_call_start|>[Bash(command="ls")] <|tool_call_end|>Wait.',
    ['I look. ', ls, 'Wait.'],
  ],
  ['LFM2, in JSON', `<|tool_call_start|>[${bash}]<|tool_call_end|>`, [ls]],
  ['gpt-oss', '<|channel|>commentary to=functions.Bash <|constrain|>json<|message|>{"command":"ls"}<|call|>', [ls]],
  [
    'gpt-oss, the other way round',
    '<|start|>assistant to=functions.Bash<|channel|>commentary json<|message|>{"command":"ls"}<|call|>',
    [ls],
  ],
  ['gpt-oss without its tokens', 'commentary to=functions.Bash json{"command":"ls"}', [ls]],
  [
    'Gemma 4',
    '<|tool_call>call:plan{steps:[{do:<|"|>a "b"\n,}<|"|>}],id:7,note:null}<tool_call|>',
    [{ name: 'plan', input: '{"steps":[{"do":"a \\"b\\"\\n,}"}],"id":7,"note":null}' }],
  ],
  ['Gemma 4, in a fence', '```tool_code\nBash(command="ls")\n```', [ls]],
  [
    'Gemma 4, several in a fence behind words',
    "I look.\n\n```tool_code\nBash(command='ls')\nBash(\n  command='ls',\n)\n```\n",
    ['I look.\n\n', ls, ls],
  ],
  ['Gemma 4, in a fence that stays open', '```tool_code\nBash(command="ls")', [ls]],
  ['JSON in the fence of Gemma', `\`\`\`tool_code\n${bash}\n\`\`\``, [ls]],
  ['JSON alone', bash, [ls]],
  ['JSON alone, on many lines', '\n{\n  "name": "Bash",\n  "arguments": {"command":"ls"}\n}\n', [ls]],
  ['JSON before a closing tag', `${bash}\n</tool_call>\n`, [ls]],
  ['JSON with parameters', bash.replace('arguments', 'parameters'), [ls]],
  ['JSON the other way round', '{"arguments":{"command":"ls"},"name":"Bash"}', [ls]],
  ['JSON of LangChain', '{"tool":"Bash","tool_input":{"command":"ls"}}', [ls]],
  ['JSON of OpenAI', `{"type":"function","function":${bash}}`, [ls]],
  ['JSON of OpenAI, whole', `{"tool_calls":[{"id":"call_1","type":"function","function":${bash}}]}`, [ls]],
  ['JSON of Llama', '{"type": "function", "name": "Bash", "parameters": {"command":"ls"}}', [ls]],
  ['JSON whose arguments are a text', '{"name":"Bash","arguments":"{\\"command\\":\\"ls\\"}"}', [ls]],
  ['a list in JSON', `[${bash},${bash}]`, [ls, ls]],
  ['JSON, one a line', `${bash}\n${bash}`, [ls, ls]],
  ['JSON in a fence', `\`\`\`json\n${bash}\n\`\`\``, [ls]],
  ['JSON in a fence behind words', `I look at it:\n\n\`\`\`json\n${bash}\n\`\`\`\n`, ['I look at it:\n\n', ls]],
  ['JSON in two fences', `\`\`\`\n${bash}\n\`\`\`\n\n\`\`\`json\n${bash}\n\`\`\``, [ls, ls]],
  ['a tag in a fence', `\`\`\`xml\n<tool_call>${bash}</tool_call>\n\`\`\``, [ls]],
  [
    'key order and large numbers',
    '{"name":"plan","arguments":{"id":90071992547409931,"2":1,"1":2.50}}',
    [{ name: 'plan', input: '{"id":90071992547409931,"2":1,"1":2.50}' }],
  ],
]
