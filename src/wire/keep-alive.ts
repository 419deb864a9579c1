/** Frames of server-sent events that only say that somebody is there (providers.md 3.1, 3.3, 3.4). */

/** More than this says something. */
const longestBytes = 512

const mark = /^(?::|event: ?(?:ping|keepalive)[\r\n]|data: ?\{"type": ?"(?:ping|keepalive)")/

const [colon, letterD, letterE, letterK, letterP, letterT] = [0x3a, 0x64, 0x65, 0x6b, 0x70, 0x74]

/** Whether whole frames are nothing but comments and pings. Any other chunk costs a look at a few of its bytes (~10 ns). */
export function isKeepAlive(frames: Buffer): boolean {
  if (frames.length > longestBytes || !mayBeKeepAlive(frames)) return false
  return frames
    .toString('latin1')
    .split(/\r\n\r\n|\n\n|\r\r/)
    .every((frame) => frame.trim() === '' || mark.test(`${frame.trimStart()}\n`))
}

/** By the first letter of the event's name, or of the first key; the blanks behind the colons are optional. */
function mayBeKeepAlive(frames: Buffer): boolean {
  switch (frames[0]) {
    case colon:
      return true
    case letterE:
      return isSign(frames[6]) || isSign(frames[7])
    case letterD:
      return frames[7] === letterT || frames[8] === letterT
    default:
      return false
  }
}

function isSign(byte: number | undefined): boolean {
  return byte === letterP || byte === letterK
}
