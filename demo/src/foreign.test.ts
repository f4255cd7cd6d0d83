import { expect, test } from 'vitest'
import { openForeignSite } from './foreign.ts'

test('serves pages with the tag of a relay elsewhere', async ({ onTestFinished }) => {
  const site = await openForeignSite({ relayUrl: 'http://localhost:1' })
  onTestFinished(() => site.close())
  expect(site.origin).toMatch(/^http:\/\/localhost:\d+$/)
  expect(await (await fetch(`${site.origin}/?language=hi`)).text()).toContain(
    '<script type="module" src="http://localhost:1/voice-agent.js"></script>\n<voice-agent agent-id="demo" language="hi"></voice-agent>',
  )
  expect((await fetch(`${site.origin}/strict`)).headers.get('content-security-policy')).toContain(
    'connect-src http://localhost:1 ws://localhost:1;',
  )
  expect((await (await fetch(`${site.origin}/twice`)).text()).match(/<script/g)).toHaveLength(2)
})
