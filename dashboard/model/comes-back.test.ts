import { expect, it } from 'vitest'
import type { Change } from './apply.ts'
import { comesBack } from './comes-back.ts'
import { emptyModel, type Model } from './model.ts'

type Link = Model['link']

const live: Link = { is: 'live' }
const lost: Link = { is: 'lost', sinceMs: 1, retryAtMs: 2 }
const locked: Link = { is: 'locked' }
const asleep: Link = { is: 'asleep' }

it.each<[string, Link, Link[], boolean]>([
  ['is there for the first time', emptyModel.link, [live], false],
  ['goes on', live, [], false],
  ['is lost', live, [lost], false],
  ['is lost still', lost, [], false],
  ['wants a token', lost, [locked], false],
  ['is back', lost, [live], true],
  ['has its token', locked, [live], true],
  ['was not looked at', live, [asleep], false],
  ['is looked at again', asleep, [live], true],
  ['was lost and is back, told at once', live, [lost, live], true],
])('Trooper %s', (_, link, heard, isBack) => {
  const changes = heard.map((next): Change => ({ type: 'link', link: next }))
  expect(comesBack({ link }, changes)).toBe(isBack)
})
