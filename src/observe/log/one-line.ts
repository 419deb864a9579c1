/** What others wrote (a client its model's name, a server its version), fit to be shown on a terminal. Pure. */

/** C0, delete and C1 drive terminals; the two separators end a line for some; the others turn the order of what stands behind them around. */
const driving = '\\u0000-\\u001F\\u007F-\\u009F\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069'
const drivingCharacter = new RegExp(`[${driving}]`)
const drivingCharacters = new RegExp(`[${driving}]`, 'g')

/** Such characters could forge a line, or drive the terminal. */
export function onOneLine(text: string): string {
  return drivingCharacter.test(text) ? text.replaceAll(drivingCharacters, ' ') : text
}

/** The same for JSON, which says them by their numbers: whoever parses it gets them. Line feeds between its values stay. */
export function onOneLineInJson(json: string): string {
  return drivingCharacter.test(json)
    ? json.replaceAll(drivingCharacters, (character) =>
        character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
    : json
}
