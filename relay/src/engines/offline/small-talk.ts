import { normalised } from '../knowledge/words.ts'

/** What a turn is when it asks nothing of the knowledge. */
export type SmallTalk =
  | 'hello'
  | 'how-are-you'
  | 'thanks'
  | 'goodbye'
  | 'human'
  | 'name'
  | 'connect'
  | 'abilities'
  | 'menu'
  | 'repeat'
  | 'yes'
  | 'no'

const PLEASE = '(?: please| pls| then| now| thanks| ji| जी)?'
const GREETING = '(?:hi|hello|hey|hiya|yo|good (?:morning|afternoon|evening|day)|namaste|namaskar|नमस्ते|नमस्कार|हैलो|हेलो)'
const THANKS = '(?:thanks|thank you|thank u|thankyou|thx|ty|cheers|dhanyavaad|dhanyawad|shukriya|धन्यवाद|शुक्रिया)'
const BYE = '(?:bye|bye bye|goodbye|good bye|good night|see you|see ya|cya|alvida|अलविदा|बाय)'
const DONE =
  '(?:thats all|that is all|thats it|nothing else|nothing more|no thats all|no thank you|no thanks|im done|i am done|hang up|end (?:the |this )?call)'

const PATTERNS: [SmallTalk, RegExp][] = [
  [
    'goodbye',
    new RegExp(
      `^(?:ok |okay |alright |great |no |well )*(?:${THANKS} ?(?:so much |a lot )?(?:and )?)?(?:${BYE}|${DONE})(?: for now| then| now| ${BYE}| ${THANKS}| please)*$`,
    ),
  ],
  ['hello', new RegExp(`^${GREETING}(?: ${GREETING})?(?: there| again| everyone| sir| madam| maam| \\p{L}{2,12})?$`, 'u')],
  ['thanks', new RegExp(`^(?:ok |okay |great |perfect |nice |cool |alright |super |got it )*${THANKS}(?: \\p{L}{1,9}){0,4}$`, 'u')],
  [
    'human',
    /\b(?:are|r) (?:you|u) (?:\w+ )?(?:a |an )?(?:actual |live |real )?(?:real|human|person|robot|bot|chatbot|machine|ai|computer|recording|program|chatgpt)\b/,
  ],
  [
    'human',
    /\b(?:am i|im i) (?:talking|speaking|chatting) (?:to|with) (?:a |an )?(?:real|human|person|robot|bot|chatbot|machine|ai|computer)\b/,
  ],
  [
    'human',
    /\bis (?:this|it) (?:a |an )?(?:real|human|person|robot|bot|chatbot|machine|ai|computer|recording)\b|\b(?:you are|youre) (?:just )?(?:a |an )?(?:robot|bot|machine|ai)\b/,
  ],
  ['human', /(?:आप|तुम) (?:एक )?(?:इंसान|रोबोट|मशीन|असली|एआई)|\b(?:aap|tum) (?:ek )?(?:insaan|insan|robot|machine)\b/],
  [
    'connect',
    /\b(?:talk|speak|connect|transfer|put me through|get me|give me)\b.*\b(?:human|person|agent|operator|someone|somebody|representative|manager|staff|anyone)\b/,
  ],
  ['connect', /किसी (?:व्यक्ति|इंसान|आदमी) से बात|\binsaan se baat\b/],
  [
    'name',
    /\b(?:whats|what is|tell me) (?:your|ur) name\b|^(?:and )?who (?:are|r) (?:you|u)$|^who is this$|\bwho am i (?:talking|speaking) (?:to|with)\b|आपका नाम|aapka naam/,
  ],
  [
    'how-are-you',
    /^(?:hi |hello |hey )?(?:how (?:are|r) (?:you|u)|hows it going|how do you do|whats up|kaise ho|aap kaise hain|आप कैसे हैं)(?: doing| today| there)*$/,
  ],
  [
    'abilities',
    /\bwhat (?:all )?(?:can|do|could) (?:you|u) (?:do|help|answer|know|tell|offer me)\b|\bhow (?:can|do|could) (?:you|u) help\b|\bwhat (?:can|could|should) i ask\b|\bwhat are (?:you|u) (?:for|able)\b/,
  ],
  ['abilities', new RegExp(`^(?:help|help me|i need help|can you help me|can you help|मदद|madad)${PLEASE}$`)],
  [
    'menu',
    new RegExp(
      `^(?:(?:the |show |tell me |say |go |back |to |main |key |what is |whats |what are |my |give me |read )*(?:menu|key menu|keypad|keys|options)(?: again| options)?|मेनू|which key .*|what (?:key|number|button)s? .*press.*)${PLEASE}$`,
    ),
  ],
  [
    'repeat',
    new RegExp(
      `^(?:sorry |i am sorry )?(?:what|pardon|pardon me|come again|excuse me|repeat|repeat that|repeat it|(?:can|could) you repeat(?: that| it)?|(?:can you |could you )?say (?:that|it) again|what did you say|what was that|i (?:didnt|did not) (?:hear|catch|get) (?:you|that|it)|once more|again|phir se|फिर से|दोबारा)${PLEASE}$`,
    ),
  ],
  [
    'yes',
    /^(?:yes|yeah|yep|yup|sure|ok|okay|right|correct|exactly|please do|go ahead|of course|haan|ha|हाँ|हां|जी हाँ|जी हां|जी|yes please|yes i do|yes exactly|thats right|that one)$/,
  ],
  ['no', /^(?:no|nope|nah|not really|no i dont|not that|nahi|नहीं|जी नहीं|no not that)$/],
]

/** Recognises a turn that is small talk as a whole; a greeting before a question is not. */
export function smallTalk(text: string): SmallTalk | undefined {
  const plain = normalised(text)
  if (plain.length > 120) return undefined
  return PATTERNS.find(([, pattern]) => pattern.test(plain))?.[0]
}
