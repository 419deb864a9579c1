import { describe, expect, it } from 'vitest'
import { knownPorts } from '../engines/places.ts'
import { portsBeside } from './own-place.ts'

describe('the search for engines', () => {
  it.each([
    ['127.0.0.1', 8080],
    ['localhost', 8000],
    ['::1', 1234],
    ['0.0.0.0', 1337],
    ['[::]', 12_434],
  ])('leaves out the place of Trooper itself: %s, port %d', (host, own) => {
    expect(portsBeside({ host, port: own })).toEqual(knownPorts.filter(([port]) => port !== own))
  })

  it.each([
    ['127.0.0.1', 3000],
    ['127.0.0.1', 0],
    // There this machine's own name is another server's.
    ['192.168.1.5', 8080],
  ])('looks everywhere where Trooper is not among them: %s, port %d', (host, port) => {
    expect(portsBeside({ host, port })).toEqual(knownPorts)
  })
})
