import { expect } from '@esm-bundle/chai'
import { sendKeys } from '@web/test-runner-commands'
import { defineNumberField, type NumberField } from './number-field.ts'

defineNumberField()

const put = (attributes: Record<string, string>): { form: HTMLFormElement; field: NumberField } => {
  const form = document.createElement('form')
  const field = document.createElement('voice-agent-number')
  for (const [name, value] of Object.entries({ name: 'phone', language: 'en', ...attributes })) field.setAttribute(name, value)
  form.append(field)
  document.body.append(form)
  return { form, field }
}
const inner = <E extends Element>(field: NumberField, selector: string) => field.shadowRoot?.querySelector(selector) as E
const input = (field: NumberField) => inner<HTMLInputElement>(field, 'input')
const said = (field: NumberField) => inner(field, '[role=alert]').textContent
const type = async (field: NumberField, text: string) => {
  field.focus()
  await sendKeys({ type: text })
}

describe('the number field', () => {
  afterEach(() => {
    for (const form of document.querySelectorAll('form')) form.remove()
  })

  it('gives its form the number in E.164, and nothing before it is one', async () => {
    const { form, field } = put({ countries: 'IN US' })
    field.country = 'IN'
    expect(field.form).to.equal(form)
    await type(field, '90000')
    expect([...new FormData(form)]).to.deep.equal([])
    await type(field, '00001')
    expect(input(field).value).to.equal('90000 00001')
    expect([...new FormData(form)]).to.deep.equal([['phone', '+919000000001']])
    form.reset()
    expect([field.value, input(field).value]).to.deep.equal(['', ''])
  })

  it('holds a form back that needs it, and says why beside the field', async () => {
    const { form, field } = put({ countries: 'IN', required: '' })
    expect(form.checkValidity()).to.equal(false)
    expect(said(field)).to.equal('')
    expect(field.reportValidity()).to.equal(false)
    expect(said(field)).to.equal('Enter your phone number.')
    expect(input(field).getAttribute('aria-invalid')).to.equal('true')
    await type(field, '123')
    expect(field.validity.tooShort).to.equal(true)
    await type(field, '4567890')
    expect(said(field)).to.equal('')
    expect(form.checkValidity()).to.equal(true)
    expect(input(field).hasAttribute('aria-invalid')).to.equal(false)
    expect(field.reportValidity()).to.equal(true)
  })

  it('asks nothing of a form that does not need it', () => {
    expect(put({ countries: 'IN' }).form.checkValidity()).to.equal(true)
  })

  it('moves to the country a number brings with it, and refuses one not offered', async () => {
    const { field } = put({ countries: 'IN,US', required: '' })
    field.country = 'US'
    await type(field, '+919000000001')
    expect([field.country, input(field).value, field.value]).to.deep.equal(['IN', '90000 00001', '+919000000001'])
    field.value = '+12025550101'
    expect([field.country, input(field).value]).to.deep.equal(['US', '202 555 0101'])
    field.value = '+493012345678'
    expect(field.value).to.equal('')
    expect(field.reportValidity()).to.equal(false)
    expect(said(field)).to.include('cannot ring')
  })

  it('keeps the caret where it is while the number is grouped, and rubs out over a space', async () => {
    const { field } = put({ countries: 'IN' })
    await type(field, '9000000001')
    const at = input(field)
    at.setSelectionRange(2, 2)
    await sendKeys({ type: '1' })
    expect([at.value, at.selectionStart]).to.deep.equal(['90100 000001', 3])
    at.setSelectionRange(6, 6)
    await sendKeys({ press: 'Backspace' })
    expect([at.value, at.selectionStart]).to.deep.equal(['90100 00001', 4])
  })

  it('shows no choice where there is none', () => {
    const { field } = put({ countries: 'IN' })
    expect(inner<HTMLSelectElement>(field, 'select').hidden).to.equal(true)
    expect(inner(field, '.country').textContent).to.include('+91')
  })

  it('keeps what the relay had against a number until another is typed', async () => {
    const { form, field } = put({ countries: 'IN', required: '' })
    field.value = '+919000000001'
    field.refused = 'This number cannot be rung.'
    expect([form.checkValidity(), said(field), field.validationMessage]).to.deep.equal([
      false,
      'This number cannot be rung.',
      'This number cannot be rung.',
    ])
    await type(field, '2')
    expect([form.checkValidity(), said(field)]).to.deep.equal([true, ''])
  })

  it('is off where its form is', () => {
    const { field, form } = put({ countries: 'IN US' })
    const set = document.createElement('fieldset')
    set.disabled = true
    form.append(set)
    set.append(field)
    expect(input(field).disabled).to.equal(true)
  })
})
