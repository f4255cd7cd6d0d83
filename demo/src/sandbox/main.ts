// The sandbox as a process: tells its parent the port, and leaves when the parent leaves.
import { openSandbox } from './sandbox.ts'

const sandbox = await openSandbox({ port: Number(process.env.SANDBOX_PORT ?? 0) })
if (process.send) {
  process.send({ port: sandbox.port })
  process.once('disconnect', leave)
} else console.log(`sandbox on ${sandbox.url}`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave)

async function leave(): Promise<void> {
  await sandbox.close()
  process.exit(0)
}
