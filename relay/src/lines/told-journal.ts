import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Keyring } from '../access/encryption.ts'
import type { Logger } from '../logger.ts'
import { type Journal, openJournal } from '../store/journal.ts'

/** A relay that may write no file has none; what it is told is kept in memory then. */
const NONE: Journal = {
  left: [],
  keep: () => Promise.reject(new Error('this relay has no journal: DATA_DIR cannot be written')),
  done: () => Promise.resolve(),
  close: () => Promise.resolve(),
}

/** Carriers' own words hold numbers of people: each line is sealed under the current ENCRYPTION_KEY. `owner`: relays that share a folder have a file each. */
export async function openToldJournal(o: { dataDir: string; owner: string; keyring: Keyring; logger: Logger }): Promise<Journal> {
  const { keyring, logger } = o
  const name = createHash('sha256').update(o.owner).digest('hex').slice(0, 12)
  try {
    await mkdir(o.dataDir, { recursive: true, mode: 0o700 })
    return await openJournal(join(o.dataDir, `told-${name}.journal`), {
      seal(text, place) {
        const { keyId, wrapped } = keyring.wrap(Buffer.from(text), place)
        return `${keyId}:${Buffer.from(wrapped).toString('base64url')}`
      },
      open(sealed, place) {
        const [keyId = '', wrapped = ''] = sealed.split(':')
        return Buffer.from(keyring.unwrap({ keyId, wrapped: Buffer.from(wrapped, 'base64url') }, place)).toString()
      },
      onUnreadable: (error) => logger.error({ err: error }, 'a line of the journal cannot be read'),
    })
  } catch (error) {
    logger.warn({ err: error }, 'no journal: what carriers tell while the database is away would be lost with this process')
    return NONE
  }
}

/** Says again what an earlier run could not write down. What fails for want of the database stays for the next start. */
export async function tellWhatIsLeft(o: {
  journal: Journal
  /** Resolves with the status it was answered with. */
  tell: (text: string) => Promise<number>
  logger: Logger
}): Promise<void> {
  const { journal, logger } = o
  if (journal.left.length > 0) logger.info({ left: journal.left.length }, 'saying again what carriers told while the database was away')
  for (const { id, text } of journal.left) {
    try {
      if ((await o.tell(text)) >= 500) continue
    } catch (error) {
      logger.error({ err: error }, 'what a carrier told cannot be said again')
    }
    await journal.done(id)
  }
}
