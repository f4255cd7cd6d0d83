import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { link, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../clock.ts'
import { takeDataFolder } from './data-folder.ts'
import { openStore, StoreInUse } from './open.ts'
import { organisations } from './schema.ts'
import { eachStore } from './store.test-kit.ts'

eachStore('the store', (room) => {
  it('answers, and keeps what a transaction did or nothing of it', async () => {
    const { db } = room.store
    expect(await room.store.alive(5000)).toBe(true)
    const attempt = db.transaction(async (tx) => {
      await tx.insert(organisations).values({ id: 'half', name: 'half', createdAt: new Date() })
      throw new Error('changed my mind')
    })
    await expect(attempt).rejects.toThrow('changed my mind')
    const rows = await db.select({ id: organisations.id }).from(organisations)
    expect(rows.map(({ id }) => id).sort()).toEqual(['org', 'other'])
  })

  it('throws where a query on db inside a transaction would hang', async () => {
    const { db } = room.store
    await db.transaction(async (tx) => {
      await tx.select().from(organisations)
      const stray = db.select().from(organisations).then()
      await expect(stray).rejects.toMatchObject({ cause: { message: expect.stringContaining('use the `tx`') } })
      const nested = async () => db.transaction(async () => undefined)
      await expect(nested()).rejects.toThrow('use the `tx`')
    })
    await expect(db.select().from(organisations)).resolves.toHaveLength(2)
  })

  it('lets what a transaction set going ask on its own once the transaction is over', async () => {
    const { db } = room.store
    const over = Promise.withResolvers<void>()
    const { later } = await db.transaction(async (tx) => {
      await tx.select().from(organisations)
      return { later: over.promise.then(() => db.select().from(organisations)) }
    })
    over.resolve()
    await expect(later).resolves.toHaveLength(2)
  })

  it('brings its tables up to date once, whoever opens it', async () => {
    const count = async () => (await room.store.db.execute(sql`select 1 from drizzle.__drizzle_migrations`)).rows.length
    const before = await count()
    const others = await Promise.all(room.again ? [room.again(), room.again()] : [])
    for (const other of others) await other.close()
    expect(before).toBeGreaterThan(0)
    expect(await count()).toBe(before)
  })
})

describe('the data folder', () => {
  const folders: string[] = []
  const folder = async (name = 'data') => {
    const base = await mkdtemp(join(tmpdir(), 'voice-agent-folder-'))
    folders.push(base)
    return join(base, name)
  }
  afterEach(async () => {
    for (const each of folders.splice(0)) await rm(each, { recursive: true, force: true })
  })
  const mode = async (path: string) => (await stat(path)).mode & 0o777

  it('is one relay’s at a time, and says so in one line', async () => {
    const dataDir = await folder()
    const first = await takeDataFolder(dataDir)
    expect(await mode(dataDir)).toBe(0o700)
    const second = takeDataFolder(dataDir)
    await expect(second).rejects.toThrow(StoreInUse)
    await expect(second).rejects.toThrow(/^[^\n]*DATA_DIR[^\n]*$/)
    await first.release()
    await (await takeDataFolder(dataDir)).release()
  })

  it('is nobody’s when its relay was killed', async () => {
    const dataDir = await folder()
    const program = `const { takeDataFolder } = await import(${JSON.stringify(new URL('./data-folder.ts', import.meta.url).href)})
      await takeDataFolder(${JSON.stringify(dataDir)}); console.log('taken'); setInterval(() => undefined, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    await expect(takeDataFolder(dataDir)).rejects.toThrow(StoreInUse)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await (await takeDataFolder(dataDir)).release()
    expect(await readdir(dataDir)).toEqual([])
  }, 60_000)

  it('is one relay’s when many start in the same moment, where a killed one left its lock', async () => {
    for (let round = 0; round < 10; round++) {
      const dataDir = await folder()
      await mkdir(dataDir)
      // What a killed relay leaves: a socket with nobody behind it.
      const dead = createServer().listen(join(dataDir, 'gone.sock'))
      await once(dead, 'listening')
      for (const name of ['lock.sock', 'lock-00.sock']) await link(join(dataDir, 'gone.sock'), join(dataDir, name))
      dead.close()
      const tries = await Promise.allSettled(Array.from({ length: 6 }, () => takeDataFolder(dataDir)))
      const taken = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
      expect(taken.length).toBeLessThanOrEqual(1)
      for (const each of taken) {
        await expect(takeDataFolder(dataDir)).rejects.toThrow(StoreInUse)
        await each.release()
      }
      await (await takeDataFolder(dataDir)).release()
    }
  }, 60_000)

  it('keeps what it holds when it is opened again, in a folder too deep for a socket as well', async () => {
    const dataDir = await folder(join('d'.repeat(60), 'e'.repeat(60)))
    const open = () => openStore({ dataDir, logger: pino({ level: 'silent' }), clock: systemClock })
    const first = await open()
    await first.db.insert(organisations).values({ id: 'kept', name: 'kept', createdAt: new Date() })
    await expect(open()).rejects.toThrow(StoreInUse)
    await first.close()
    expect(await first.alive(1000)).toBe(false)
    const second = await open()
    expect(await second.db.select({ id: organisations.id }).from(organisations)).toEqual([{ id: 'kept' }])
    await second.close()
  }, 120_000)
})
