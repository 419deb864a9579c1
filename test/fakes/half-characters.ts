/** Half a character in a JSON text: what several parsers take for no JSON at all. */

/** Written anew, nothing else is an escape that begins so. */
const half = /(?<!\\)(?:\\\\)*\\ud[89a-f]/

export function holdsHalfCharacters(json: string): boolean {
  return json.toLowerCase().includes('\\ud') && half.test(JSON.stringify(JSON.parse(json)))
}
