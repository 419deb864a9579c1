import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import { afterEach, describe, expect, it } from 'vitest'
import { isPublicAddress, lookupPublic } from './public-address.ts'

describe('an address that a stranger may name', () => {
  it.each([
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.0.1',
    '192.169.0.1',
    '2606:4700:4700::1111',
    '2001:4860:4860::8888',
  ])('is everybody’s: %s', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })

  it.each([
    ['this host', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['private', '10.1.2.3'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['shared by a carrier', '100.64.0.1'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['link-local, where clouds tell credentials', '169.254.169.254'],
    ['of the IETF', '192.0.0.170'],
    ['of examples', '192.0.2.1'],
    ['of examples', '198.51.100.7'],
    ['of examples', '203.0.113.9'],
    ['a relay to IPv6', '192.88.99.1'],
    ['of benchmarks', '198.19.0.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '250.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['IPv4 in IPv6', '::ffff:127.0.0.1'],
    ['IPv4 in IPv6, in hex', '::ffff:7f00:1'],
    ['IPv4 in IPv6, public or not', '::ffff:8.8.8.8'],
    ['IPv4 in IPv6, the old way', '::127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['NAT64 of a network', '64:ff9b:1::a00:1'],
    ['discard', '100::1'],
    ['link-local', 'fe80::1'],
    ['link-local, with its link', 'fe80::1%lo'],
    ['unique local', 'fd00::1'],
    ['unique local, of a cloud', 'fd00:ec2::254'],
    ['multicast', 'ff02::1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:4136:e378::1'],
    ['of the IETF', '2001:2::1'],
    ['of examples', '2001:db8::1'],
    ['of examples', '3fff::1'],
    ['no address', 'localhost'],
    ['no address', ''],
    ['no address', '127.1'],
  ])('is not everybody’s, %s: %s', (_what, address) => {
    expect(isPublicAddress(address)).toBe(false)
  })
})

describe('a look-up for a stranger', () => {
  const real = dns.lookup
  afterEach(() => {
    dns.lookup = real
    syncBuiltinESMExports()
  })

  /** What a connection is told of a name that has these addresses. */
  async function find(addresses: string[], all: boolean): Promise<unknown> {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    const answer = (...args: unknown[]): void => {
      const callback = args.at(-1)
      if (typeof callback === 'function') callback(addresses.length === 0 ? new Error('ENOTFOUND') : null, found)
    }
    dns.lookup = Object.assign(answer, real)
    syncBuiltinESMExports()
    return new Promise((resolve) =>
      lookupPublic('host.example', { all }, (error, address, family) =>
        resolve(error?.message ?? (all ? address : { address, family })),
      ),
    )
  }

  it('leads to public addresses as they are', async () => {
    expect(await find(['8.8.8.8', '2606:4700::1'], true)).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ])
    expect(await find(['8.8.8.8'], false)).toEqual({ address: '8.8.8.8', family: 4 })
  })

  it('of a name with addresses of both kinds leads to the public ones alone', async () => {
    expect(await find(['127.0.0.1', '8.8.8.8', '::1'], true)).toEqual([{ address: '8.8.8.8', family: 4 }])
    expect(await find(['127.0.0.1', '8.8.8.8'], false)).toEqual({ address: '8.8.8.8', family: 4 })
  })

  it('of a name inside leads nowhere', async () => {
    for (const all of [true, false]) expect(await find(['10.0.0.1', '::1'], all)).toMatch(/private/)
  })

  it('of an unknown name says so', async () => {
    expect(await find([], true)).toBe('ENOTFOUND')
  })
})
