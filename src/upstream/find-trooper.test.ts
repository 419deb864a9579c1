import { expect, it } from 'vitest'
import { urlAt } from './find-trooper.ts'

it.each([
  ['127.0.0.1', 'http://127.0.0.1:3000'],
  ['trooper.lan', 'http://trooper.lan:3000'],
  ['::1', 'http://[::1]:3000'],
  ['0.0.0.0', 'http://127.0.0.1:3000'],
  ['::', 'http://[::1]:3000'],
])('one that listens on %s is asked at %s', (host, url) => {
  expect(urlAt(host, 3000)).toBe(url)
})
