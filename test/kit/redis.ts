import { type ChildProcess, spawn } from 'node:child_process'
import { on, once } from 'node:events'
import { connect } from 'node:net'
import { freePort } from './relay-process.ts'

/** A real Redis that keeps nothing on a disk: when it comes back it has forgotten everything. */
export interface RedisServer {
  readonly url: string
  /** Kills it; resolves when it is gone. */
  goAway(): Promise<void>
  /** Starts it again on the same port. */
  comeBack(): Promise<void>
  /** All that was written to this stream, as Redis keeps it. */
  kept(stream: string): Promise<string>
  /** Somebody hears this channel from now on and answers nothing, like a relay that hangs. `hearers`: how many hear it then. */
  hang(channel: string): Promise<{ hearers: number; leave(): void }>
  [Symbol.asyncDispose](): Promise<void>
}

const PASSWORD = 'redis-password-of-tests'

export async function startRedis(path: string): Promise<RedisServer> {
  const port = await freePort()
  let child: ChildProcess | undefined
  const goAway = async () => {
    const dying = child
    child = undefined
    if (!dying || dying.exitCode !== null) return
    dying.kill('SIGKILL')
    await once(dying, 'exit')
  }
  const comeBack = async () => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--requirepass', PASSWORD]
    const started = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child = started
    await new Promise<void>((resolve, reject) => {
      let said = ''
      started.stdout?.setEncoding('utf8').on('data', (text: string) => {
        said += text
        if (/Ready to accept connections/.test(said)) resolve()
      })
      started.once('exit', (code) => reject(new Error(`redis-server ended with ${code}:\n${said}`)))
    })
  }
  await comeBack()
  return {
    url: `redis://:${PASSWORD}@127.0.0.1:${port}`,
    goAway,
    comeBack,
    kept: (stream) => ask(port, `XRANGE ${stream} - +`),
    async hang(channel) {
      const wire = connect(port, '127.0.0.1')
      wire.write(`AUTH ${PASSWORD}\r\nSUBSCRIBE ${channel}\r\n`)
      let said = ''
      for await (const [bytes] of on(wire, 'data')) {
        said += String(bytes)
        if (said.includes('subscribe')) break
      }
      const count = /:(\d+)\r\n/.exec(await ask(port, `PUBSUB NUMSUB ${channel}`))?.[1]
      return { hearers: Number(count), leave: () => wire.destroy() }
    },
    [Symbol.asyncDispose]: goAway,
  }
}

/** One question in Redis's own inline words, and the answer as it comes over the wire. */
async function ask(port: number, question: string): Promise<string> {
  const wire = connect(port, '127.0.0.1').setEncoding('latin1')
  wire.write(`AUTH ${PASSWORD}\r\n${question}\r\nPING\r\n`)
  let answer = ''
  for await (const text of wire) {
    answer += text
    if (answer.endsWith('+PONG\r\n')) break
  }
  return answer
}
