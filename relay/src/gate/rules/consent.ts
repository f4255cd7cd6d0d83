import { type Facts, type Finding, passed, refused } from '../rule.ts'

/** Whether the callee, or whoever asks for a call to themselves, said yes first. */
export function consent({ question, rules }: Facts): Finding {
  const inputs = { purpose: question.purpose, consent: question.consent }
  if (question.consent || !rules.consent[question.purpose]) return passed(inputs)
  return refused('consent', 'consent_required', 'Agree to be called first: the call needs the consent of whoever answers.', { inputs })
}
