import { describe, expect, it } from 'vitest'
import type { CallRow } from '../protocol/index.ts'
import { callsCsv } from './call-csv.ts'

const row = (more: Partial<CallRow> = {}): CallRow => ({
  id: 'c1',
  sessionId: 's1',
  agentId: 'demo',
  kind: 'phone',
  direction: 'inbound',
  carrier: 'optima',
  from: '+12025550101',
  to: '+12025550199',
  status: 'completed',
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 1000,
  ai: 'off',
  recording: false,
  capabilities: [],
  ...more,
})
const read = async (pages: CallRow[][], numbers: 'shown' | 'masked' = 'shown') => {
  const asked: (string | undefined)[] = []
  const chunks: string[] = []
  for await (const chunk of callsCsv(async (cursor) => {
    asked.push(cursor)
    const place = asked.length - 1
    return { calls: pages[place] ?? [], ...(place + 1 < pages.length ? { nextCursor: `after ${place}` } : {}) }
  }, numbers))
    chunks.push(chunk)
  return {
    asked,
    chunks,
    lines: chunks
      .join('')
      .replace(/^\uFEFF/, '')
      .trimEnd()
      .split('\r\n'),
  }
}

describe('calls as CSV', () => {
  it('are read page after page, each written before the next is asked for', async () => {
    const { asked, chunks, lines } = await read([[row()], [], [row({ id: 'c2' }), row({ id: 'c3' })]])
    expect(asked).toEqual([undefined, 'after 0', 'after 1'])
    expect(chunks).toHaveLength(3)
    expect(chunks[0]?.startsWith('\uFEFFid,')).toBe(true)
    expect(lines.map((line) => line.split(',')[0])).toEqual(['id', 'c1', 'c2', 'c3'])
    expect(new Set(lines.map((line) => line.split(',').length)).size).toBe(1)
  })

  it('hold nothing that a spreadsheet would run', async () => {
    for (const evil of ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '＝1+1']) {
      const { chunks } = await read([[row({ from: evil, sessionId: evil })]])
      const text = chunks.join('')
      expect([evil, text.includes(`'${evil}`)]).toEqual([evil, true])
      expect([evil, text.includes(`,${evil}`) || text.includes(`,"${evil}`)]).toEqual([evil, false])
    }
  })

  it('keep what belongs together in one cell', async () => {
    const { lines } = await read([[row({ sessionId: 'a,"b"\nc' })]])
    expect(lines[1]).toContain('"a,""b""\nc"')
  })

  it('mask numbers for those who may not see them', async () => {
    const { lines } = await read([[row()]], 'masked')
    expect(lines.join()).not.toContain('2025550101')
    expect(lines[1]).toContain("'+120••••••01")
    expect((await read([[row()]])).lines[1]).toContain("'+12025550101")
  })
})
