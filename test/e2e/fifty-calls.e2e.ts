import { afterAll, beforeAll, expect, it } from 'vitest'
import { agentForMany, type ManyCalls, openMany } from '../kit/many-calls.ts'
import { type Operator, signIn } from '../kit/operator.ts'
import { type RelayProcess, startRelay } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'
import { Watcher } from '../kit/watcher.ts'

/** Fifty calls talk at once and four pages watch all of them, of which one loses its line: nobody misses a word, and none comes out of order. */

const CALLS = 50

let relay: RelayProcess
let desk: Operator
let calls: ManyCalls | undefined
const watchers: Watcher[] = []
beforeAll(async () => {
  relay = await startRelay()
  desk = await signIn(relay)
})
afterAll(async () => {
  for (const watcher of watchers) watcher.leave()
  calls?.leave()
  await relay?.[Symbol.asyncDispose]()
})

async function watch(): Promise<Watcher> {
  const watcher = await Watcher.of(relay.url, desk.token)
  watchers.push(watcher)
  return watcher
}
it('tells four pages everything that fifty calls say, in order', async () => {
  const early = [await watch(), await watch()]
  const agentId = await agentForMany(desk, [relay.url])
  const many = await openMany(relay.url, agentId, CALLS)
  calls = many
  const breaking = await watch()
  const since = new Map<Watcher, Map<string, number>>()
  for (const watcher of [...early, breaking]) since.set(watcher, await watcher.readAll(many.ids))
  const talking = many.talk('Do you ship to Norway?')
  // Amid the talk one page comes late, and one loses its line and comes back with what it has.
  const late = await watch()
  since.set(late, await late.readAll(many.ids))
  await until('some words', () => breaking.lines.length > CALLS)
  const again = new Promise((resolve) => breaking.socket.io.once('reconnect', resolve))
  breaking.socket.io.engine.close()
  await again
  await breaking.readAll(many.ids)
  await talking
  await many.talk('And what does it cost?')

  const everybody = [...early, breaking, late]
  for (const id of many.ids) {
    const recorded = many.recorded(id)
    const last = recorded.at(-1) ?? 0
    for (const watcher of everybody) await watcher.reads('the last word', id, ({ seq }) => seq === last)
    for (const [at, watcher] of everybody.entries()) {
      const seen = watcher.seqs(id)
      expect(seen, `page ${at} got each line once and in order`).toEqual([...new Set(seen)].sort((a, b) => a - b))
      // From when it watches on a page gets every single message; an entry is told whole, so who was away has how each stands.
      const from = since.get(watcher)?.get(id) ?? 0
      const live = (seqs: readonly number[]) => seqs.filter((seq) => seq > from)
      if (watcher !== breaking) expect(live(seen)).toEqual(live(recorded))
      const visitor = many.visitors.find(({ opened }) => opened.callId === id)
      expect(watcher.transcript(id)).toEqual(new Map([...(visitor?.entries ?? [])].map(([entry, { text }]) => [entry, text])))
    }
  }
  await many.hangUp()
  for (const watcher of everybody) {
    for (const id of many.ids) {
      await watcher.sees('is over', id, ({ endedAt }) => endedAt !== undefined)
      const ended = watcher.calls.filter((call) => call.id === id).map(({ endedAt }) => endedAt !== undefined)
      expect(ended, 'a call that is over stays over').toEqual([...ended].sort())
    }
  }
})
