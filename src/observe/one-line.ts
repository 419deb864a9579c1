/** What others wrote (a client its model's name, a server its version), fit to be shown on a terminal. Pure. */

// oxlint-disable-next-line no-control-regex -- they are what is looked for
const controlCharacter = /[\u0000-\u001F\u007F-\u009F]/
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const controlCharacters = /[\u0000-\u001F\u007F-\u009F]/g

/** Control characters could forge a line, or drive the terminal. */
export function onOneLine(text: string): string {
  return controlCharacter.test(text) ? text.replaceAll(controlCharacters, ' ') : text
}
