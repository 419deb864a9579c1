/** The part of the fixtures that their test reads. */
export const shortRequest: Buffer
export const streamRequest: Buffer
export const largeRequest: Buffer
export const shortAnswer: Buffer
export const largeAnswer: Buffer
export const streamFrames: Buffer[]
export const shortAnswerOnWire: Buffer
export const largeAnswerOnWire: Buffer
export const streamHeadOnWire: Buffer
export const streamChunksOnWire: Buffer[]
export const streamEndOnWire: Buffer
export const briefFrames: Buffer[]
export const briefStreamOnWire: Buffer
export function requestOnWire(port: number, path: string, body: Buffer): Buffer
