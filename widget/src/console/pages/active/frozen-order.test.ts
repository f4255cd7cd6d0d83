import { expect } from '@esm-bundle/chai'
import fc from 'fast-check'
import { FrozenOrder } from './frozen-order.ts'

const rows = (ids: readonly number[]) => ids.map((id) => ({ id: String(id), row: id }))

describe('an order that is held', () => {
  it('moves nothing that is shown, keeps what is gone, and puts what is new behind it', () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 10 })
    fc.assert(
      fc.property(ids, fc.array(ids, { maxLength: 8 }), (first, later) => {
        const order = new FrozenOrder<number>()
        let before = order.arrange(rows(first)).map(({ id }) => id)
        order.freeze(true)
        for (const wanted of later) {
          const shown = order.arrange(rows(wanted))
          const now = shown.map(({ id }) => id)
          expect(now.slice(0, before.length)).to.deep.equal(before)
          expect(new Set(now).size).to.equal(now.length)
          for (const { gone, id } of shown) expect(gone).to.equal(!wanted.includes(Number(id)))
          for (const id of wanted) expect(now).to.include(String(id))
          before = now
        }
        order.freeze(false)
        const last = later.at(-1) ?? first
        expect(order.arrange(rows(last))).to.deep.equal(rows(last).map((each) => ({ ...each, gone: false })))
      }),
    )
  })
})
