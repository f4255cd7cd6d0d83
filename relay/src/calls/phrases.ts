/** The few sentences that the call itself says, in the languages the house speaks. */
const PHRASES = {
  en: {
    stillThere: 'Are you still there?',
    oneMoment: 'One moment, please.',
    cannotHear: 'I am sorry, I cannot hear you just now. Please type, and I will answer.',
    silence: 'I cannot hear from you, so I will end the call now. Goodbye.',
    timeUp: 'Our time is up, so I have to end the call now. Thank you, and goodbye.',
    closing: 'Sorry, I have to close for a moment. Please call again soon. Goodbye.',
    takingOver: 'A colleague of mine is taking over now.',
    backAgain: 'You are back with me, the assistant. How can I help you further?',
    operatorLost: 'I am sorry, my colleague has lost the connection. I am the assistant again, and I will go on from here.',
    unwritten: '(spoken, not written down)',
    trouble: 'I am sorry, I have a technical problem and cannot go on. Please try again later. Goodbye.',
  },
  hi: {
    stillThere: 'क्या आप अभी वहाँ हैं?',
    oneMoment: 'एक क्षण रुकिए।',
    cannotHear: 'क्षमा कीजिए, मैं अभी आपकी आवाज़ नहीं सुन पा रही हूँ। कृपया लिखकर पूछिए, मैं उत्तर दूँगी।',
    silence: 'मुझे आपकी ओर से कुछ नहीं मिल रहा, इसलिए मैं कॉल समाप्त कर रही हूँ। नमस्ते।',
    timeUp: 'हमारा समय पूरा हो गया है, इसलिए मुझे कॉल समाप्त करनी होगी। धन्यवाद, नमस्ते।',
    closing: 'क्षमा कीजिए, सेवा थोड़ी देर के लिए बंद हो रही है। कृपया फिर कॉल करें। नमस्ते।',
    takingOver: 'अब मेरे एक सहकर्मी आपसे बात करेंगे।',
    backAgain: 'अब आप फिर से मुझसे, यानी सहायक से, बात कर रहे हैं। मैं आगे आपकी क्या मदद करूँ?',
    operatorLost: 'क्षमा कीजिए, मेरे सहकर्मी का संपर्क टूट गया। अब मैं, सहायक, आपसे आगे बात करूँगी।',
    unwritten: '(बोला गया, लिखा नहीं गया)',
    trouble: 'क्षमा कीजिए, तकनीकी समस्या के कारण मैं आगे बात नहीं कर सकती। कृपया बाद में फिर कोशिश करें। नमस्ते।',
  },
} as const

export type Phrase = keyof (typeof PHRASES)['en']

/** Full tag → base language → English. */
export function phrase(name: Phrase, language: string): string {
  const base = language.toLowerCase().split('-')[0]
  return PHRASES[base === 'hi' ? 'hi' : 'en'][name]
}
