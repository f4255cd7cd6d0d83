import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createToolUses } from './tool-uses.ts'

interface Running {
  arguments: Record<string, unknown>
  signal: AbortSignal
  finish: (result: unknown) => void
}

function world() {
  const runs: Running[] = []
  const sent: { id: string; response: { output: unknown } }[] = []
  const uses = createToolUses({
    known: ['find', 'broken'].map((name) => ({ name })),
    send: (json) => void sent.push(...JSON.parse(json).toolResponse.functionResponses),
    useTool: ({ name, arguments: args }, signal) =>
      name === 'broken'
        ? Promise.reject(new Error('secret of the house'))
        : new Promise((finish) => runs.push({ arguments: args, signal, finish })),
  })
  return { runs, sent, uses }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))
const find = (id: string) => ({ id, name: 'find', arguments: { id } })

describe('uses of tools', () => {
  test('that fail are answered with a plain error, and end nothing', async () => {
    const { sent, uses } = world()
    uses.use({ id: 'a', name: 'broken', arguments: {} })
    await settled()
    expect(sent).toMatchObject([{ id: 'a', response: { output: { error: 'The tool broken failed.' } } }])
  })

  test('keep their ids over turns and connections: one that is asked for again gets the answer it had', async () => {
    const { runs, sent, uses } = world()
    uses.use(find('a'))
    runs[0]?.finish({ price: 9 })
    await settled()
    uses.turnOver()
    uses.moved()
    uses.use(find('a'))
    await settled()
    expect(runs).toHaveLength(1)
    expect(sent.map(({ response }) => response.output)).toEqual([{ price: 9 }, { price: 9 }])
  })

  test('that were taken back do not run when they are asked for again, whenever they were taken back', async () => {
    const { runs, sent, uses } = world()
    uses.use(find('a'))
    uses.cancel(['a', 'b'])
    runs[0]?.finish({})
    uses.use(find('a'))
    uses.use(find('b'))
    await settled()
    expect(runs).toHaveLength(1)
    expect(sent).toEqual([])
  })

  test('of a turn that is asked again on another connection run on, and answer it under its new id', async () => {
    const { runs, sent, uses } = world()
    uses.use({ id: 'a', name: 'find', arguments: { what: 'tea' } })
    uses.use({ id: 'b', name: 'find', arguments: { what: 'cups' } })
    runs[1]?.finish({ found: 'cups' })
    await settled()
    uses.moved()
    runs[0]?.finish({ found: 'tea' })
    await settled()
    expect(sent.map(({ id }) => id)).toEqual(['b'])
    uses.use({ id: 'c', name: 'find', arguments: { what: 'tea' } })
    uses.use({ id: 'd', name: 'find', arguments: { what: 'cups' } })
    await settled()
    expect(sent.slice(1)).toMatchObject([
      { id: 'c', response: { output: { found: 'tea' } } },
      { id: 'd', response: { output: { found: 'cups' } } },
    ])
    expect(runs).toHaveLength(2)
  })

  test('of the next turn are its own, with the same arguments too', async () => {
    const { runs, uses } = world()
    const tea = { name: 'find', arguments: { what: 'tea' } }
    uses.use({ id: 'a', ...tea })
    uses.use({ id: 'b', ...tea })
    uses.moved()
    uses.use({ id: 'c', ...tea })
    expect(runs).toHaveLength(2)
    uses.turnOver()
    uses.use({ id: 'd', ...tea })
    expect(runs).toHaveLength(3)
    uses.close()
    expect(runs.map(({ signal }) => signal.aborted)).toEqual([true, true, true])
  })

  test('in any order: no id runs twice, none that was taken back is answered', async () => {
    const id = fc.integer({ min: 0, max: 5 }).map(String)
    const step = fc.oneof(
      fc.record({ do: fc.constant('use' as const), id }),
      fc.record({ do: fc.constant('cancel' as const), id }),
      fc.record({ do: fc.constant('finish' as const), at: fc.nat({ max: 5 }) }),
      fc.record({ do: fc.constantFrom('moved' as const, 'turnOver' as const) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { runs, sent, uses } = world()
        const cancelled = new Map<string, number>()
        for (const one of steps) {
          if (one.do === 'use') uses.use(find(one.id))
          else if (one.do === 'finish') runs[one.at]?.finish({})
          else if (one.do !== 'cancel') uses[one.do]()
          else {
            uses.cancel([one.id])
            if (!cancelled.has(one.id)) cancelled.set(one.id, sent.filter((each) => each.id === one.id).length)
          }
          await settled()
        }
        const ran = runs.map((run) => String(run.arguments.id))
        expect(new Set(ran).size).toBe(ran.length)
        for (const [each, before] of cancelled) expect(sent.filter((one) => one.id === each)).toHaveLength(before)
      }),
    )
  })
})
