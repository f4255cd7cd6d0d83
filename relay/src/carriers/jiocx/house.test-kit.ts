import { TestClock } from '../../clock.test-kit.ts'
import { createLogger } from '../../logger.ts'
import { readSettings, type Settings } from '../../settings.ts'
import type { CarrierAccount } from '../carrier.ts'
import type { Examination } from '../examining.ts'
import { startVendor, type Vendor, type VendorRequest } from '../vendor.test-kit.ts'
import { JiocxConfig } from './config.ts'
import { jiocx } from './index.ts'

/** A house beside a JioCX that answers what a test says. */
export interface JiocxHouse {
  readonly vendor: Vendor
  readonly clock: TestClock
  /** A number’s account, opened anew as every call does. */
  open(own?: Record<string, unknown>): CarrierAccount
  /** What the doctor finds: `ok …`, `note …`. */
  examined(): Promise<string[]>
  /** `POST /auth/login`, one a request. */
  lines(): string[]
  close(): Promise<void>
}

const logger = createLogger({ level: 'silent' })
const ACCOUNT = {
  JIOCX_ORGANIZATION_NAME: 'ORG',
  JIOCX_USERNAME: 'USER',
  JIOCX_PASSWORD: 'PASS',
  JIOCX_SENDER_ID: 'SENDER',
  JIOCX_DLT_ENTITY_ID: '1',
}

export async function openHouse(env: Record<string, string> = {}): Promise<JiocxHouse> {
  const vendor = await startVendor()
  const clock = new TestClock()
  const settings: Settings = readSettings({ ...ACCOUNT, JIOCX_API_BASE_URL: vendor.origin, ...env })
  const examination: Examination = { settings, clock, logger, unreachable: undefined }
  return {
    vendor,
    clock,
    open(own = {}) {
      const config = JiocxConfig.parse({ organizationName: 'ORG', username: 'USER', password: 'PASS', senderId: 'SENDER', ...own })
      return jiocx.open(config, { settings, clock, logger })
    },
    examined: async () => ((await jiocx.examine?.(examination)) ?? []).map(({ state, text }) => `${state} ${text}`),
    lines: () => vendor.requests.map(({ method, path }) => `${method} ${path}`),
    close: vendor.close,
  }
}

/** What a request said in its body. */
export const saidIn = ({ body }: VendorRequest) => (body === '' ? {} : (JSON.parse(body) as Record<string, unknown>))
