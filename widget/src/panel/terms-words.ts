/** The words of the terms, brought with them: few agents have any. */
export const termsEn = {
  'consent.title': 'Before we start',
  'consent.more': 'Read the full terms',
  'consent.accept': 'Agree and start',
  'consent.decline': 'Not now',
} as const

export type TermsKey = keyof typeof termsEn

export const termsHi: Record<TermsKey, string> = {
  'consent.title': 'शुरू करने से पहले',
  'consent.more': 'पूरी शर्तें पढ़ें',
  'consent.accept': 'सहमत हूँ, शुरू करें',
  'consent.decline': 'अभी नहीं',
}
