import type { Means } from '../order.ts'
import { type Facts, type Finding, passed, refused } from '../rule.ts'

/** People on pages prove that they are people, each proof once. Who has a session or a key has proved enough. */
export async function captcha({ question }: Facts, means: CaptchaMeans): Promise<Finding> {
  const { asker, captchaToken, captchaPassed } = question
  if (!means.captcha || asker.kind !== 'visitor') return passed({ captcha: 'not wanted' })
  if (captchaPassed) return passed({ captcha: 'passed before' })
  if (!captchaToken) return refused('captcha', 'captcha_required', 'Prove that you are a person first, then ask again.', state('missing'))
  const hash = means.hash(`captcha:${captchaToken}`)
  if (await means.decisions.captchaUsed(hash)) {
    return refused('captcha', 'captcha_required', 'Prove once more that you are a person: this proof was used before.', state('used'))
  }
  if (!(await means.captcha(captchaToken, asker.address))) {
    const message = 'We could not see that you are a person. Try the proof once more, or talk with us here on the page.'
    return refused('captcha', 'captcha_required', message, state('not passed'))
  }
  means.keepCaptcha(hash)
  return passed({ captcha: 'passed' })
}

export type CaptchaMeans = Pick<Means, 'captcha' | 'decisions' | 'hash' | 'keepCaptcha'>

const state = (captcha: string) => ({ inputs: { captcha } })
