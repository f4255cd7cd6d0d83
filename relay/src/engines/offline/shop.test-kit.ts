import { Persona } from '../../agents/persona.ts'

/** A small shop's agent, as an owner would write it, for the offline agent's tests. */
export const shop = Persona.parse({
  name: 'Asha',
  languages: ['en', 'hi'],
  knowledge: {
    questions: [
      { question: 'What are your opening hours?', answer: 'We are open Monday to Saturday, 10 am to 7 pm, and closed on Sunday.' },
      { question: 'Do you ship outside India?', answer: 'Not yet. We ship to every state of India.' },
      { question: 'How much does delivery cost?', answer: 'Delivery is ₹60, and free for orders above ₹999.' },
      {
        question: 'Can I return my order?',
        answer: 'Yes. Unopened packs can be sent back within 30 days. We refund you within 5 working days after they arrive.',
      },
      { question: 'Which payment methods do you accept?', answer: 'UPI, all cards, net banking, and cash on delivery up to ₹2,000.' },
      { question: 'Do you have a physical store?', answer: 'Yes, at 14 Park Street, Kolkata, next to the post office.' },
      { question: 'How can I contact a human?', answer: 'Write to care@kettle.example or ring 1800 123 4567 during opening hours.' },
      { question: 'Is your tea organic?', answer: 'Our Assam and green teas are certified organic; the masala chai is not.' },
    ],
    text: [
      {
        title: 'Teas',
        body: `## Assam Gold

A strong, malty black tea from Jorhat. ₹320 for 100 g. Brew one spoon a cup for four minutes at 95 degrees.

## Himalayan Green

A light green tea picked in April. ₹410 for 100 g. Brew two minutes at 80 degrees; longer makes it bitter. It has about a third of the caffeine of black tea.

## Masala Chai

Black tea with cardamom, ginger, cinnamon and clove. ₹290 for 100 g. Simmer in milk for five minutes. It contains no nuts and no added sugar.

## Chamomile

A herbal infusion without any caffeine, good before sleep. ₹350 for 50 g.`,
      },
      {
        title: 'Orders',
        body: `## Delivery times

Orders placed before 2 pm leave the same day. Metro cities get them in 2 days, other places in 4 to 6 days.

## Tracking

You get a tracking link by SMS when the parcel leaves. If it shows nothing for 48 hours, write to us.

## Damaged parcels

If something arrives broken, send us a photo within 3 days and we replace it free of charge.

## Changing or cancelling

An order can be changed or cancelled until it leaves our store. After that, please use the return.

## Gifts

We wrap any order as a gift for ₹50, with a handwritten note.

## Subscriptions

Subscribe to a tea and save 10 percent on every pack. You can pause or stop at any time from your account.`,
      },
    ],
  },
  keyMenu: [
    { digit: '1', label: 'opening hours' },
    { digit: '2', label: 'delivery', say: 'Hello {{name}}, delivery takes 2 to 6 days.' },
    { digit: '9', label: 'this menu', action: 'menu' },
    { digit: '0', label: 'goodbye', action: 'end', say: 'Goodbye, {{name}}.' },
  ],
})
