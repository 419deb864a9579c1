/** Frames of server-sent events that only say that somebody is there (providers.md 3.1, 3.3, 3.4). */

/** More than this says something. */
const longestBytes = 512

const mark = /^(?::|event: ?(?:ping|keepalive)[\r\n]|data: ?\{"type": ?"(?:ping|keepalive)")/

/** Whether whole frames are nothing but comments and pings. Any other chunk costs a look at its first bytes (~0.1 µs). */
export function isKeepAlive(frames: Buffer): boolean {
  if (frames.length > longestBytes || !mark.test(frames.toString('latin1', 0, 32))) return false
  return frames
    .toString('latin1')
    .split(/\r\n\r\n|\n\n|\r\r/)
    .every((frame) => frame.trim() === '' || mark.test(`${frame.trimStart()}\n`))
}
