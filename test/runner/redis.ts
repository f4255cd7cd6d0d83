import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where a redis-server is, or how to get one. */

const USUAL_PLACES = ['/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server', '/snap/bin/redis-server']

/** Path of an installed redis-server: REDIS_SERVER_PATH, the PATH, the usual places. */
function findRedis(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.REDIS_SERVER_PATH) return runnable(env.REDIS_SERVER_PATH) ? env.REDIS_SERVER_PATH : undefined
  const onPath = (env.PATH ?? '').split(delimiter).filter(Boolean)
  return [...onPath.map((folder) => join(folder, 'redis-server')), ...USUAL_PLACES].find(runnable)
}

/** Finds one, else installs it where that is possible: as root on a Debian. Without one says so, and what to do; returns undefined then. */
export function wantRedis(): string | undefined {
  const found = findRedis()
  if (found) return found
  if (!process.env.REDIS_SERVER_PATH && existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    console.log('Installing Redis for the tests of several relays (apt-get) …')
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'redis-server']]) {
      spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
    }
  }
  const installed = findRedis()
  if (!installed) console.log('Tests of several relays did not run: they need redis-server. Install it, or name it in REDIS_SERVER_PATH.')
  return installed
}

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
