import { beforeAll, describe, expect, it } from 'vitest'
import type { Persona } from '../../agents/persona.ts'
import { createKnowledgeBase, type KnowledgeBase } from '../knowledge/knowledge-base.ts'
import { clinic } from './clinic.test-kit.ts'
import { createMind, SURE } from './mind.ts'
import { shop } from './shop.test-kit.ts'

/** A question as visitors type it, and words that the right answer has; none when the knowledge has no answer. */
type Row = [question: string, answer: string | null]

const SHOP: Row[] = [
  ['What are your opening hours?', 'Monday to Saturday'],
  ['when do you open', 'Monday to Saturday'],
  ['are you open on sunday?', 'closed on Sunday'],
  ['what time do you close', '7 pm'],
  ['shop timings please', 'Monday to Saturday'],
  ['Do you ship abroad?', 'every state of India'],
  ['can you send it to Nepal', 'every state of India'],
  ['do u deliver internationaly', 'every state of India'],
  ['How much is shipping?', '₹60'],
  ['what are the delivery charges', '₹60'],
  ['is delivery free?', '₹999'],
  ['I want my money back', '30 days'],
  ['can i send it back', '30 days'],
  ['refund policy', '30 days'],
  ['how do i retrun a pack', '30 days'],
  ['can I pay by UPI', 'UPI'],
  ['do you take credit cards?', 'all cards'],
  ['cash on delivery available?', '₹2,000'],
  ['what payment options are there', 'UPI'],
  ['where is your shop', 'Park Street'],
  ['whats the store adress', 'Park Street'],
  ['where are you located?', 'Park Street'],
  ['give me your phone number', '1800 123 4567'],
  ['how can I reach someone by email', 'care@kettle'],
  ['is the green tea organic', 'certified organic'],
  ['how much is the Assam Gold', '₹320'],
  ['price of masala chai', '₹290'],
  ['how long should I brew green tea', 'two minutes'],
  ['does the chai contain nuts?', 'no nuts'],
  ['which tea has no caffeine', 'without any caffeine'],
  ['what can i drink before sleeping', 'before sleep'],
  ['how long does delivery take', '2 days'],
  ['when will my order arrive', '2 days'],
  ['where is my parcel', 'tracking link'],
  ['my tea arrived broken', 'photo within 3 days'],
  ['the packet came damaged what now', 'photo within 3 days'],
  ['can I cancel my order', 'until it leaves'],
  ['do you gift wrap', '₹50'],
  ['can you wrap it as a present', '₹50'],
  ['do you have subscriptions', 'save 10 percent'],
  ['how do I pause my subscription', 'pause or stop'],
  ['whats in the masala chai', 'cardamom'],
  ['kitne ka hai assam gold', '₹320'],
  ['डिलीवरी कितने की है?', '₹60'],
  ['chai ki keemat', '₹290'],
  ['is the assam tea strong', 'malty'],
  ['Who is the prime minister of India?', null],
  ['what is the capital of France', null],
  ['do you sell coffee machines', null],
  ['what is the weather in Delhi tomorrow', null],
  ['do you have job openings', null],
  ['can you tell me a joke', null],
  ['do you have coconut oil', null],
  ['what is your GST number', null],
  ['how old is the founder', null],
  ['is there parking near you', null],
  ['do you sell teapots', null],
  ['write me a poem about rain', null],
  ['my dog is sick', null],
  ['are the teas vegan', null],
  ['do you offer student discounts', null],
  ['is my credit card data safe', null],
  ['asdf qwer zxcv', null],
]

const CLINIC: Row[] = [
  ['do I have to book', 'book ahead'],
  ['can I just walk in without an appointment', 'book ahead'],
  ['what does a checkup cost', '$45'],
  ['price for a check up please', '$45'],
  ['do you see kids', 'from three years'],
  ['my child needs a dentist', 'from three years'],
  ['do you take Cigna insurance', 'Cigna'],
  ['which insurances are accepted', 'Delta'],
  ['where are you', 'Elm Road'],
  ['what is your address', 'Elm Road'],
  ['is there parking', 'Free parking'],
  ['are you open on Saturday', 'Saturday mornings'],
  ['when do you close', '6 pm'],
  ['opening times', 'Monday to Friday'],
  ['who founded the clinic', 'Grace Lee'],
  ['who does implants', 'Haddad'],
  ['what should I bring', 'insurance card'],
  ['how early should I come', 'ten minutes'],
  ['how do I cancel my appointment', 'a day before'],
  ['I want to reschedule my apointment', 'a day before'],
  ['when can I eat after a filling', 'do not eat'],
  ['can I smoke after an extraction', 'do not smoke'],
  ['what is the emergency number', '555 0142'],
  ['how long does whitening take', 'one hour'],
  ['how much is whitening', '$180'],
  ['can I drink coffee after whitening', 'Avoid coffee'],
  ['is soreness normal', 'Some soreness'],
  ['are you open on holidays', 'public holidays'],
  ['is there a lift', 'The lift'],
  ['do you do braces', null],
  ['can you prescribe antibiotics', null],
  ['do you sell toothbrushes', null],
  ['what is your fax number', null],
  ['who won the world cup', null],
  ['do you have wifi', null],
  ['is the xray safe in pregnancy', null],
  ['can I bring my dog', null],
  ['do you offer financing', null],
  ['what languages do you speak', null],
  ['how tall is mount everest', null],
]

async function score(persona: Persona, rows: Row[]) {
  const knowledge = await createKnowledgeBase(persona.knowledge)
  const right: string[] = []
  const wrong: string[] = []
  const missed: string[] = []
  const refused: string[] = []
  for (const [question, answer] of rows) {
    const [best] = knowledge.find(question, 1)
    const sure = best !== undefined && best.confidence >= SURE
    if (!sure) (answer === null ? refused : missed).push(question)
    else (answer !== null && best.answer.includes(answer) ? right : wrong).push(`${question} → ${best.answer}`)
  }
  return { right: right.length, wrong, missed, refused: refused.length }
}

describe('answers from the knowledge', () => {
  it('of the shop: 45 of 46 right, none wrong, all 17 without an answer refused', async () => {
    expect(await score(shop, SHOP)).toEqual({ right: 45, wrong: [], missed: ['can you send it to Nepal'], refused: 17 })
  })

  it('of the clinic: 27 of 29 right, none wrong, all 11 without an answer refused', async () => {
    expect(await score(clinic, CLINIC)).toEqual({
      right: 27,
      wrong: [],
      missed: ['my child needs a dentist', 'opening times'],
      refused: 11,
    })
  })
})

describe('the offline mind', () => {
  let knowledge: KnowledgeBase
  beforeAll(async () => {
    knowledge = await createKnowledgeBase(shop.knowledge)
  })
  const mind = (more: Partial<Parameters<typeof createMind>[0]> = {}) =>
    createMind({ persona: shop, knowledge, language: 'en', variables: {}, ...more })
  const typed = (text: string) => ({ text, by: 'typing' as const })
  const pressed = (text: string) => ({ text, by: 'keys' as const })
  const menu = 'Press 1 for opening hours. Press 2 for delivery. Press 9 for this menu. Press 0 for goodbye.'

  it.each([
    ['Hello', 'Hello. What would you like to know?'],
    ['hi there!', 'Hello. What would you like to know?'],
    ['how are you?', 'I am fine, thank you. What would you like to know?'],
    ['Thanks a lot', 'You are welcome. Is there anything else?'],
    ['who are you', 'I am Asha, an AI agent.'],
  ])('small talk: %s', (said, reply) => {
    expect(mind().reply(typed(said))).toEqual({ text: reply, hangUp: false })
  })

  it.each([
    'are you human?',
    'Are you a real person',
    'r u a bot',
    'am I talking to a human',
    'is this a robot',
    'you are a machine',
    'क्या आप इंसान हैं?',
  ])('says truly what it is: %s', (said) => expect(mind().reply(typed(said)).text).toContain('an AI agent'))

  it('says so even where its owner would have it lie', async () => {
    const lying = { ...shop, knowledge: { text: [], questions: [{ question: 'Are you a human?', answer: 'Yes, I am a human.' }] } }
    const reply = mind({ persona: lying, knowledge: await createKnowledgeBase(lying.knowledge) }).reply(typed('Are you a human?'))
    expect(reply.text).toMatch(/^I am Asha, an AI agent, not a person/)
  })

  it.each(['bye', 'ok thanks bye', 'goodbye!', "that's all, thank you", 'no thanks', 'hang up', 'अलविदा'])(
    'goodbye hangs up: %s',
    (said) => {
      expect(mind().reply(typed(said))).toEqual({ text: 'Thank you for talking with us. Goodbye.', hangUp: true })
    },
  )

  it.each(['hi, do you ship abroad?', 'thanks, and do you ship abroad?', 'hello are you able to ship outside of India'])(
    'a question in small talk is a question: %s',
    (said) => {
      expect(mind().reply(typed(said)).text).toContain('every state of India')
    },
  )

  it('tells what it can do, with the menu', () => {
    const { text } = mind().reply(typed('what can you do?'))
    expect(text).toMatch(/^I am Asha, an AI agent\. You can ask me, for example: .+\? .+/)
    expect(text).toContain(menu)
  })

  it('does not know, says so, offers what it knows, and the menu once', () => {
    const one = mind()
    const first = one.reply(typed('What is the capital of France?')).text
    expect(first).toMatch(/^I am sorry, I do not know that\. You can ask me, for example: /)
    expect(first).toContain(menu)
    expect(one.reply(typed('And of Spain?')).text).not.toContain('Press')
    expect(one.reply(typed('menu')).text).toBe(menu)
  })

  it('asks back when it is not sure, and takes yes and no', () => {
    const one = mind()
    const asked = one.reply(typed('is my credit card data safe')).text
    expect(asked).toBe('I am not sure I understood. Do you want to know: Which payment methods do you accept?')
    expect(one.reply(typed('yes')).text).toContain('UPI, all cards')
    one.reply(typed('is my credit card data safe'))
    expect(one.reply(typed('no')).text).toBe('All right. What would you like to know?')
    expect(one.reply(typed('yes')).text).not.toContain('UPI')
  })

  it('understands what "it" is', () => {
    const one = mind()
    one.reply(typed('tell me about the Himalayan Green'))
    expect(one.reply(typed('how much is it?')).text).toContain('₹410')
    expect(one.reply(typed('and the caffeine?')).text).toContain('a third of the caffeine')
  })

  it('says again what it said', () => {
    const one = mind()
    const { text } = one.reply(typed('when do you open'))
    expect(one.reply(typed('sorry, what?')).text).toBe(text)
    expect(mind().reply(typed('say that again')).text).toContain('not said anything yet')
    expect(mind({ lastSaid: 'Welcome.' }).reply(typed('pardon')).text).toBe('Welcome.')
  })

  it('cannot connect to a person, and tells who can be reached', () => {
    expect(mind().reply(typed('let me speak to a human')).text).toBe(
      'I cannot put you through to a person from here. Write to care@kettle.example or ring 1800 123 4567 during opening hours.',
    )
  })

  it('acts on keys: says, asks its label, reads the menu, ends', () => {
    const one = mind({ variables: { name: 'Ravi' } })
    expect(one.reply(pressed('1')).text).toContain('Monday to Saturday')
    expect(one.reply(pressed('2')).text).toBe('Hello Ravi, delivery takes 2 to 6 days.')
    expect(one.reply(pressed('9')).text).toBe(menu)
    expect(one.reply(pressed('0'))).toEqual({ text: 'Goodbye, Ravi.', hangUp: true })
    expect(one.reply(pressed('5')).text).toBe(`There is nothing on that key. ${menu}`)
    expect(one.reply(pressed('12')).text).toContain('nothing on that key')
    expect(mind({ persona: { ...shop, keyMenu: [] } }).reply(pressed('1')).text).toContain('no key menu')
  })

  it('leaves nothing of a variable that the call does not have, and takes none from its prototype', () => {
    expect(mind().reply(pressed('2')).text).toBe('Hello , delivery takes 2 to 6 days.')
    expect(
      mind({
        persona: { ...shop, keyMenu: [{ digit: '3', label: 'x', say: '{{constructor}}{{ a }}', action: 'say' }] },
        variables: { a: 1 },
      }).reply(pressed('3')).text,
    ).toBe('1')
  })

  it('speaks Hindi where the call does, with the answers it has', () => {
    const one = mind({ language: 'hi-IN' })
    expect(one.reply(typed('नमस्ते')).text).toContain('आप क्या जानना चाहते हैं')
    expect(one.reply(typed('डिलीवरी कितने की है?')).text).toContain('₹60')
    expect(one.reply(typed('फ्रांस की राजधानी')).text).toMatch(/^माफ़ कीजिए, यह मुझे नहीं पता।/)
  })

  it('is honest without any knowledge', async () => {
    const empty = { ...shop, keyMenu: [], knowledge: { text: [], questions: [] } }
    const one = mind({ persona: empty, knowledge: await createKnowledgeBase(empty.knowledge) })
    expect(one.reply(typed('Do you ship abroad?')).text).toBe('I am sorry, I do not know that.')
    expect(one.reply(typed('what can you do')).text).toBe('I am Asha, an AI agent.')
    expect(one.reply(typed('?!')).text).toBe('I did not get that. Please say it in other words.')
  })
})
