import { expect } from '@esm-bundle/chai'
import fc from 'fast-check'
import { type Trouble, TroubleState } from './trouble.ts'

const ALL: Trouble[] = ['silent', 'system-muted', 'lost', 'frozen']

describe('troubles', () => {
  const start = () => {
    const told: string[] = []
    return { told, state: new TroubleState((what) => told.push(what)) }
  }

  it('are told once, and their end once', () => {
    const { told, state } = start()
    state.begins('silent')
    state.begins('silent')
    state.ends('silent')
    state.ends('silent')
    expect(told).to.deep.equal(['silent', 'back'])
  })

  it('end only by what ends them', () => {
    const { told, state } = start()
    state.begins('lost')
    state.ends('silent', 'system-muted')
    expect(told).to.deep.equal(['lost'])
  })

  it('take the zeros of a muted track for nothing new', () => {
    const { told, state } = start()
    state.begins('system-muted')
    state.begins('silent')
    state.ends('silent')
    state.ends('system-muted')
    expect(told).to.deep.equal(['system-muted', 'back'])
  })

  it('grow worse, never better, until they end', () => {
    const { told, state } = start()
    state.begins('silent')
    state.begins('system-muted')
    state.begins('frozen')
    state.begins('silent')
    state.begins('lost')
    state.begins('frozen')
    expect(told).to.deep.equal(['silent', 'system-muted', 'frozen', 'lost'])
  })

  it('never say back twice, nor first, nor the same thing twice in a row', () => {
    const step = fc.record({ begins: fc.boolean(), what: fc.constantFrom(...ALL) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { told, state } = start()
        for (const { begins, what } of steps) {
          if (begins) state.begins(what)
          else state.ends(what)
        }
        expect(told[0]).not.to.equal('back')
        for (let i = 1; i < told.length; i += 1) expect(told[i]).not.to.equal(told[i - 1])
        expect(ALL.some((what) => state.is(what))).to.equal(told.length > 0 && told.at(-1) !== 'back')
      }),
    )
  })
})
