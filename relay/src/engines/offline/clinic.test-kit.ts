import { Persona } from '../../agents/persona.ts'

/** A dental clinic's agent: the hold-out for the offline agent, written after its words and thresholds were settled on the shop. */
export const clinic = Persona.parse({
  name: 'Mira',
  knowledge: {
    questions: [
      { question: 'Do I need an appointment?', answer: 'Yes, please book ahead. We keep two slots a day free for emergencies.' },
      { question: 'How much does a check-up cost?', answer: 'A check-up is $45, cleaning included.' },
      { question: 'Do you treat children?', answer: 'Yes, from three years on, with Dr. Lee on Tuesdays and Thursdays.' },
      { question: 'Which insurance plans do you accept?', answer: 'Delta, MetLife and Cigna. We file the claim for you.' },
    ],
    text: [
      {
        title: 'Our clinic',
        body: `We are on the second floor of 8 Elm Road, above the pharmacy. The lift is at the back. Free parking is behind the building for two hours.

The clinic is open Monday to Friday from 8 am to 6 pm, and on Saturday mornings until noon. We are closed on public holidays.

Dr. Grace Lee founded the clinic in 2009. Dr. Omar Haddad joined in 2018 and does root canals and implants.`,
      },
      {
        title: 'Before and after a visit',
        body: `Please come ten minutes early and bring your insurance card and a list of medicines you take.

To cancel or move an appointment, call us a day before; later than that we charge $20.

After a filling, do not eat until the numbness is gone, about two hours. Some soreness for two days is normal.

After an extraction, bite on the gauze for 30 minutes and do not smoke for a day. If it bleeds after four hours, call the emergency line, 555 0142.

Whitening takes one hour and costs $180. Avoid coffee, tea and red wine for two days.`,
      },
    ],
  },
})
