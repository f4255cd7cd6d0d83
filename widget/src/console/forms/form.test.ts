import { expect } from '@esm-bundle/chai'
import { axeOffences, unmountAll } from '../../testing/pages.test-kit.ts'
import { SchemaForm } from './form.ts'
import { readGroup } from './read-schema.ts'
import type { Schema } from './schema.ts'

const SCHEMA: Schema = {
  type: 'object',
  required: ['name', 'kind'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 80 },
    prompt: { type: 'string', maxLength: 2000, default: '', description: 'What it knows.' },
    key: { type: 'string', writeOnly: true },
    kind: { type: 'string', enum: ['public', 'private'] },
    modes: { type: 'array', items: { type: 'string', enum: ['talk', 'call-me'] }, minItems: 1 },
    languages: { type: 'array', items: { type: 'string' } },
    record: { type: 'boolean', default: false },
    limits: {
      type: 'object',
      default: {},
      properties: { silenceMs: { type: 'integer', minimum: 5000, maximum: 600_000 }, holdMs: { type: 'integer', maximum: 900 } },
    },
    terms: { type: 'object', required: ['text'], properties: { text: { type: 'string', minLength: 1 } } },
    keys: { type: 'array', items: { type: 'object', required: ['digit'], properties: { digit: { type: 'string' } } } },
    prices: { type: 'object', additionalProperties: { type: 'number', minimum: 0 } },
    ceilings: {
      type: 'object',
      required: ['day', 'month'],
      properties: {
        day: { type: 'object', required: ['calls'], properties: { calls: { type: 'number' } } },
        month: { type: 'object', required: ['calls'], properties: { calls: { type: 'number' } } },
      },
    },
    body: { type: 'object', additionalProperties: {} },
  },
}

interface Held {
  name: string
  keys: { digit: string }[]
  prices: Record<string, number>
  limits: { silenceMs?: number }
  terms?: { text: string }
  [rest: string]: unknown
}

async function mount(more: Partial<SchemaForm> = {}): Promise<{ form: SchemaForm; held: () => Held }> {
  const form = new SchemaForm()
  const value = {
    name: 'Asha',
    kind: 'public',
    modes: ['talk'],
    keys: [{ digit: '1' }],
    prices: { '+1': 0.03 },
    limits: { silenceMs: 45_000 },
  }
  Object.assign(form, { field: readGroup(SCHEMA), value, ...more })
  document.body.append(form)
  await form.updateComplete
  return { form, held: () => form.value as Held }
}

const control = <T extends HTMLElement = HTMLInputElement>(form: SchemaForm, id: string): T => {
  const found = form.shadowRoot?.getElementById(`f-${id}`)
  if (!found) throw new Error(`no control ${id}`)
  return found as T
}
function write(input: HTMLInputElement | HTMLTextAreaElement, text: string) {
  input.value = text
  input.dispatchEvent(new Event('input'))
  input.dispatchEvent(new Event('change'))
}
const press = (form: SchemaForm, label: string) => {
  const button = [...(form.shadowRoot?.querySelectorAll('button') ?? [])].find(
    (each) => (each.getAttribute('aria-label') ?? each.textContent) === label,
  )
  if (!button) throw new Error(`no button ${label}`)
  button.click()
}

describe('a form drawn from a schema', () => {
  afterEach(unmountAll)

  it('has nothing for axe to find, whole, read only and with faults', async () => {
    const faults = [
      'name',
      'prompt',
      'kind',
      'modes',
      'languages',
      'limits.silenceMs',
      'keys.0.digit',
      'ceilings.day.calls',
      'prices.+1',
    ].map((path) => ({ path, message: 'Not so.' }))
    for (const more of [{}, { readOnly: true }, { faults }]) {
      const { form } = await mount(more)
      expect(await axeOffences(form)).to.deep.equal([])
      if ('faults' in more) expect(form.shadowRoot?.querySelectorAll('.fault').length).to.equal(faults.length)
      form.remove()
    }
  })

  it('takes what is written: texts, numbers in seconds, lines, lists, tables', async () => {
    const { form, held } = await mount()
    write(control(form, 'name'), 'Ravi')
    expect(control(form, 'limits.silenceMs').value).to.equal('45')
    write(control(form, 'limits.silenceMs'), '12.5')
    write(control(form, 'languages'), 'en\n\n hi-IN ')
    control<HTMLInputElement>(form, 'record').click()
    expect(held()).to.deep.include({ name: 'Ravi', limits: { silenceMs: 12_500 }, languages: ['en', 'hi-IN'], record: true })
    write(control(form, 'limits.silenceMs'), '')
    expect(held().limits).to.deep.equal({})
    press(form, 'Keys: add Item')
    await form.updateComplete
    write(control(form, 'keys.1.digit'), '2')
    expect(held().keys).to.deep.equal([{ digit: '1' }, { digit: '2' }])
    await form.updateComplete
    press(form, 'Remove Item 1')
    expect(held().keys).to.deep.equal([{ digit: '2' }])
    press(form, 'Add name')
    await form.updateComplete
    const row = control(form, 'prices-name-1')
    write(row, '+1')
    expect(row.validity.customError, 'a name that is taken').to.equal(true)
    write(row, '+91')
    expect(held().prices).to.deep.equal({ '+1': 0.03, '+91': 0 })
  })

  it('leaves a line that is being begun alone, and takes back what was discarded', async () => {
    const { form, held } = await mount({ value: { languages: ['en'] } })
    const area = control<HTMLTextAreaElement>(form, 'languages')
    for (const text of ['en\n', 'en\n ', 'en\n h', 'en\n hi']) {
      area.value = text
      area.dispatchEvent(new Event('input'))
      await form.updateComplete
      expect(area.value).to.equal(text)
    }
    expect(held().languages).to.deep.equal(['en', 'hi'])
    form.value = { languages: ['en'] }
    await form.updateComplete
    expect(area.value).to.equal('en')
  })

  it('leaves out a group that is not wanted', async () => {
    const { form, held } = await mount()
    const box = control<HTMLFieldSetElement>(form, 'terms').querySelector('input')
    box?.click()
    await form.updateComplete
    expect(held().terms).to.deep.equal({ text: '' })
    box?.click()
    expect(held()).not.to.have.property('terms')
  })

  it('brings the first fault into view and drops it when its field changes', async () => {
    const { form } = await mount({ faults: [{ path: 'limits.silenceMs', message: 'At least 5 s.' }] })
    await form.focusFault()
    const input = control(form, 'limits.silenceMs')
    expect(form.shadowRoot?.activeElement).to.equal(input)
    expect(input.getAttribute('aria-describedby')).to.contain('f-limits.silenceMs-fault')
    write(input, '10')
    await form.updateComplete
    expect(input.hasAttribute('aria-invalid')).to.equal(false)
  })
})
