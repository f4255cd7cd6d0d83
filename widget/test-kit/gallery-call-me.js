// The gallery's scenes of "call me"; `el` is the element, `relay` the fake relay's address.

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

export const callMeAgents = {
  'callme-launcher': 'both-1',
  'callme-idle': 'both-2',
  'callme-form': 'both-3',
  'callme-later': 'phone-4',
  'callme-wrong': 'phone-5',
  'callme-terms': 'phoneterms-6',
  'callme-number': 'phone-7',
  'callme-refused': 'both-8',
  'callme-limited': 'phone-9',
  'callme-dialing': 'phone-10',
  'callme-ringing': 'phone-11',
  'callme-connected': 'phone-12',
  'callme-busy': 'both-13',
  'callme-over': 'both-14',
  'callme-booked': 'phone-15',
  'callme-denied': 'both-16',
}

export function callMeScenes(el, relay) {
  const part = (name) => el.shadowRoot.querySelector(`[part~="${name}"]`)
  const until = async (name) => {
    while (!part(name)) await sleep(20)
    await el.updateComplete
    return part(name)
  }
  const form = async () => {
    await el.open()
    if (el.agentId.startsWith('both')) (await until('call-me')).click()
    await until('callback-form')
  }
  const ask = async (number) => {
    await form()
    el.shadowRoot.querySelector('voice-agent-number').value = number
    part('callback-ask').click()
  }
  const phone = (step) => fetch(`${relay}/phones/${el.callId}`, { method: 'POST', body: JSON.stringify(step) })
  const rings = async (...steps) => {
    await ask(`+1202${2_000_000 + Math.floor(Math.random() * 7_000_000)}`)
    await until('callback-steps')
    for (const step of steps) await phone(step)
    await sleep(200)
  }
  return {
    'callme-launcher': async () => {
      el.mode = 'both'
    },
    'callme-idle': async () => {
      await el.open()
      await until('call-me')
    },
    'callme-form': form,
    'callme-later': async () => {
      await form()
      part('callback-later').click()
    },
    'callme-wrong': async () => {
      await form()
      part('callback-ask').click()
    },
    'callme-terms': form,
    'callme-number': () => ask('+12025550191'),
    'callme-refused': () => ask('+12025550193'),
    'callme-limited': () => ask('+12025550194'),
    'callme-dialing': () => rings(),
    'callme-ringing': () => rings({ status: 'connecting' }),
    'callme-connected': async () => {
      await rings({ status: 'connecting' }, { status: 'connected' })
      await sleep(1200)
    },
    'callme-busy': () => rings({ status: 'failed', endReason: 'busy' }),
    'callme-over': async () => {
      await rings({ status: 'connected' })
      await sleep(1100)
      await phone({ status: 'completed', endReason: 'callee' })
      await sleep(200)
    },
    'callme-booked': async () => {
      await form()
      part('callback-later').click()
      await until('callback-time')
      el.shadowRoot.querySelector('voice-agent-number').value = `+1202${2_000_000 + Math.floor(Math.random() * 7_000_000)}`
      part('callback-ask').click()
      await sleep(200)
    },
    'callme-denied': async () => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))
      await el.open()
      await el.startCall()
      await until('call-me')
    },
  }
}
