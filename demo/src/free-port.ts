import { createServer } from 'node:net'

/** Resolves when a port can be listened on; rejects with EADDRINUSE (or EACCES, EADDRNOTAVAIL) otherwise. */
export function insistOnFreePort(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(port, host, () => probe.close(() => resolve()))
  })
}
