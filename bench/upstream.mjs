// The provider: raw TCP and canned bytes, so that it costs little of the core it shares with the load.
// The query of the request says which answer is wanted: none a short one, `?answer=stream`, `?answer=brief`, a stream that is there
// at once, `?answer=large`, or `?answer=begun`, a stream that begins and then says nothing.
import { createServer } from 'node:net'
import {
  largeAnswerOnWire,
  shortAnswerOnWire,
  begunFrames,
  briefStreamOnWire,
  streamChunksOnWire,
  streamEndOnWire,
  streamHeadOnWire,
} from './fixtures.mjs'

const chunkEveryMs = 5
const headEnd = '\r\n\r\n'

const server = createServer({ noDelay: true }, (socket) => serve(socket))
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`))
// It must not outlive the benchmark, however that ends.
process.stdin.on('end', () => process.exit(0)).resume()

function serve(socket) {
  let head = ''
  let missing = 0
  socket.on('error', () => {})
  socket.on('data', (bytes) => {
    if (missing > 0) missing -= bytes.length
    else {
      head += bytes.latin1Slice()
      const end = head.indexOf(headEnd)
      if (end === -1) return
      missing = bodyLength(head) - (head.length - end - headEnd.length)
    }
    if (missing > 0) return
    answer(socket, head)
    head = ''
  })
}

/** Both proxies read the body before they ask, so they always know its length. */
function bodyLength(head) {
  const length = /\r\ncontent-length: (\d+)/i.exec(head)
  if (length === null) throw new Error('The proxy sent a request without content-length.')
  return Number(length[1])
}

function answer(socket, head) {
  const path = head.slice(0, head.indexOf('\r\n'))
  if (path.includes('answer=stream')) stream(socket)
  else if (path.includes('answer=brief')) socket.write(briefStreamOnWire)
  else if (path.includes('answer=begun'))
    socket.write(Buffer.concat([streamHeadOnWire, ...streamChunksOnWire.slice(0, begunFrames)]))
  else socket.write(path.includes('answer=large') ? largeAnswerOnWire : shortAnswerOnWire)
}

function stream(socket) {
  let at = 0
  socket.write(streamHeadOnWire)
  const timer = setInterval(() => {
    if (socket.destroyed) return clearInterval(timer)
    if (at < streamChunksOnWire.length) return socket.write(streamChunksOnWire[at++])
    clearInterval(timer)
    socket.write(streamEndOnWire)
  }, chunkEveryMs)
}
