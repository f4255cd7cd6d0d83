import { expect } from '@esm-bundle/chai'
import { Ledger } from './ledger.ts'

describe('ledger', () => {
  it('knows whose samples are whose when the relay says where utterances begin', () => {
    const ledger = new Ledger()
    ledger.begin(1, 0)
    ledger.begin(2, 100)
    expect(ledger.heard(1, 250)).to.equal(100)
    expect(ledger.heard(2, 250)).to.equal(150)
  })

  it('goes by the marks when it does not', () => {
    const ledger = new Ledger()
    ledger.mark(1, 100)
    ledger.mark(1, 200)
    ledger.mark(2, 260)
    expect(ledger.heard(1, 1_000)).to.equal(200)
    expect(ledger.heard(2, 230)).to.equal(30)
  })

  it('counts nothing behind a cut', () => {
    const ledger = new Ledger()
    ledger.begin(1, 0)
    ledger.begin(2, 500)
    ledger.cut(300)
    expect(ledger.heard(1, 10_000)).to.equal(300)
    expect(ledger.heard(2, 10_000)).to.equal(0)
    ledger.begin(1, 300)
    expect(ledger.heard(1, 400)).to.equal(400)
  })
})
