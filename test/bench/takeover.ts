import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { type Operator, signIn } from '../kit/operator.ts'
import { OperatorEnd, OperatorHand } from '../kit/operator-end.ts'
import { type RelayProcess, startRelay } from '../kit/relay-process.ts'
import { until } from '../kit/until.ts'
import { openCall, Visitor } from '../kit/visitor.ts'
import { Watcher } from '../kit/watcher.ts'
import { type Figure, percentile } from './figures.ts'

/** What an operator's click and voice take to reach a visitor in a page, and what those cost who watch and listen. */

const TAKEOVERS = 20
const KNOCKS = 10
const CALLS = 20
const ROUNDS = 3
const MEASURED_MS = 4000
/** A minute of it, so that the agent speaks whenever it is taken over. */
const STORY = 'You may return a lamp within thirty days, as long as it is unused, and you put it back into its own box. '.repeat(9)
const FRAME_MS = 20
const LOUD = 8000
/** Samples of 16 kHz. */
const FRAME = 320

const frameOf = (level: number) => Buffer.from(Int16Array.from({ length: FRAME }, (_, at) => level * Math.sign(Math.sin(at / 4))).buffer)
const QUIET = frameOf(0)
const KNOCK = frameOf(LOUD)
const isLoud = (bytes: Buffer) => {
  for (let at = 0; at + 1 < bytes.length; at += 2) if (Math.abs(bytes.readInt16LE(at)) > LOUD / 4) return true
  return false
}

/** Clicks, knocks and watchers against a relay in its own process; each beside what a bare message takes on the same way. */
export async function takeoverFigures(): Promise<Figure[]> {
  await using relay = await startRelay({ MAX_CALLS: '100', LOG_LEVEL: 'warn' })
  const admin = await signIn(relay)
  const persona = { name: 'Tara', greeting: STORY, disclosure: '', limits: { callsPerVisitorPerHour: 10_000, concurrentCalls: 1000 } }
  const { body } = await admin.ask<{ agent: { id: string } }>('POST', '/api/agents', persona)
  const agentId = body.agent.id
  const times: Times = { silent: [], request: [], knock: [], ping: [] }
  for (let n = 0; n < TAKEOVERS; n++) await takeOnce({ relay, admin, agentId }, times)
  return [
    ...times95(
      'click of a takeover to the page’s order to fall silent',
      times.silent,
      150,
      'HTTP request included; the page drops at once what it holds',
    ),
    ...times95('the same request for nothing (GET of the call)', times.request, undefined, 'noise beside the click'),
    ...times95(
      'operator’s voice, from their frame sent to the visitor’s frame received',
      times.knock,
      60,
      'over the relay, the visitor’s cushion not counted',
    ),
    ...times95('a ping and its answer on the operator’s socket', times.ping, undefined, 'noise beside the voice'),
    ...(await costs({ relay, admin, agentId })),
  ]
}

interface House {
  relay: RelayProcess
  admin: Operator
  agentId: string
}
interface Times {
  silent: number[]
  request: number[]
  knock: number[]
  ping: number[]
}

async function speaking({ relay, agentId }: House): Promise<Visitor> {
  const { body } = await openCall(relay.url, { agentId })
  const visitor = await new Visitor(body).connect()
  await visitor.seen('ready')
  await until('the agent speaks', () => visitor.audioBytes > 24_000)
  return visitor
}

async function takeOnce(house: House, times: Times): Promise<void> {
  const visitor = await speaking(house)
  const { callId } = visitor.opened
  const hand = new OperatorHand(house.admin, callId)
  let begun = performance.now()
  await hand.standing()
  times.request.push(performance.now() - begun)

  const silent = new Promise<number>((resolve) => {
    visitor.ws.on('message', (data: Buffer, binary) => {
      if (!binary && (JSON.parse(data.toString('utf8')) as { type: string }).type === 'clear') resolve(performance.now())
    })
  })
  begun = performance.now()
  const { body } = await hand.takeOver()
  times.silent.push((await silent) - begun)

  const operator = await OperatorEnd.join(body.mediaUrl)
  await operator.seen('speaker', ({ who }) => who === 'operator')
  await knock(operator, visitor, times)
  operator.send({ type: 'hangup' })
  await visitor.closed
}

/** One loud frame among quiet ones, now and then; the frames leave when they are due. */
async function knock(operator: OperatorEnd, visitor: Visitor, times: Times): Promise<void> {
  let sentAt = 0
  const heard: number[] = []
  visitor.ws.on('message', (data: Buffer, binary) => {
    if (!binary || sentAt === 0 || !isLoud(data)) return
    heard.push(performance.now() - sentAt)
    sentAt = 0
  })
  let pinged = 0
  operator.ws.on('message', (data: Buffer, binary) => {
    if (!binary && (JSON.parse(data.toString('utf8')) as { type: string }).type === 'pong') times.ping.push(performance.now() - pinged)
  })
  const began = performance.now()
  const every = 20
  for (let frame = 0; frame < (KNOCKS + 1) * every; frame++) {
    await wait(Math.max(0, began + frame * FRAME_MS - performance.now()))
    const loud = frame % every === every / 2
    operator.ws.send(loud ? KNOCK : QUIET)
    if (loud) sentAt = performance.now()
    if (frame % every === 0) {
      pinged = performance.now()
      operator.send({ type: 'ping', t: frame })
    }
  }
  times.knock.push(...heard)
}

/** The relay's own processor time for each call, with nobody beside, with a listener on each call, with one watcher of all. */
async function costs(house: House): Promise<Figure[]> {
  const { admin, relay } = house
  const visitors = await Promise.all(Array.from({ length: CALLS }, () => speaking(house)))
  const differences: { listener: number[]; watcher: number[]; alone: number[] } = { listener: [], watcher: [], alone: [] }
  for (let round = 0; round < ROUNDS; round++) {
    const alone = await spent(relay)
    const ears = await Promise.all(visitors.map(({ opened }) => new OperatorHand(admin, opened.callId).listen()))
    differences.listener.push((await spent(relay)) - alone)
    for (const ear of ears) ear.die()
    const watcher = await Watcher.of(relay.url, admin.token)
    for (const { opened } of visitors) for (const event of ['call:join', 'transcript:subscribe']) await watcher.ask(event, opened.callId)
    differences.watcher.push((await spent(relay)) - alone)
    watcher.leave()
    differences.alone.push((await spent(relay)) - alone)
  }
  for (const visitor of visitors) visitor.leave()
  const middle = (values: number[]) =>
    percentile(
      [...values].sort((a, b) => a - b),
      0.5,
    )
  const note = `${CALLS} calls whose agents speak, middle of ${ROUNDS} rounds`
  return [
    { name: 'a listener of a call', value: middle(differences.listener), unit: 'ms CPU/s', note },
    { name: 'a watcher of a call (transcript, states)', value: middle(differences.watcher), unit: 'ms CPU/s', note },
    { name: 'nobody, against nobody', value: middle(differences.alone), unit: 'ms CPU/s', note: 'noise beside both' },
  ]
}

const TICK_MS = 10
/** Processor time of the relay over some seconds, in ms for each second and call. */
async function spent({ pid }: RelayProcess): Promise<number> {
  const used = () => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS
  }
  const [before, began] = [used(), performance.now()]
  await wait(MEASURED_MS)
  return ((used() - before) * 1000) / (performance.now() - began) / CALLS
}

/** The middle tells what it is, the 95th percentile what is promised. */
function times95(name: string, values: number[], limit: number | undefined, note: string): Figure[] {
  const sorted = [...values].sort((a, b) => a - b)
  const promised = limit === undefined ? {} : { limit }
  return [
    { name: `${name}, middle`, value: percentile(sorted, 0.5), unit: 'ms', note: `${values.length} times` },
    { name: `${name}, p95`, value: percentile(sorted, 0.95), unit: 'ms', note, ...promised },
  ]
}
