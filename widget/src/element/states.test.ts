import { expect } from '@esm-bundle/chai'
import { isLive, mayFollow, type WidgetState } from './states.ts'

const ALL: WidgetState[] = [
  'idle',
  'connecting',
  'listening',
  'thinking',
  'speaking',
  'reconnecting',
  'dialing',
  'ringing',
  'connected',
  'ended',
  'error',
]

describe('states', () => {
  it('never stay where they are', () => {
    for (const state of ALL) expect(mayFollow(state, state)).to.equal(false)
  })

  it('come alive only by connecting or dialing', () => {
    for (const from of ALL) {
      for (const to of ALL) {
        if (!isLive(from) && isLive(to) && mayFollow(from, to)) expect(to).to.be.oneOf(['connecting', 'dialing'])
      }
    }
  })

  it('find their way back to a call from everywhere', () => {
    for (const from of ALL) {
      const ways = ALL.filter((to) => mayFollow(from, to))
      expect(ways.length, from).to.be.above(0)
      if (!isLive(from)) expect(ways).to.include('connecting')
      else expect(ways).to.include.members(['ended', 'error'])
    }
  })
})
