/**
 * Words that visitors of a shop or a service use for one another, in stems or whole words; Hindi ones stand in both scripts.
 * A group is one concept: a question about "cost" finds "price". General words only; an owner's own belong into the knowledge.
 */
const GROUPS: Record<string, string> = {
  price: 'price cost rate charge fee fees tariff pricing kitna kitne daam keemat kimat कीमत दाम मूल्य कितना कितने',
  deliver:
    'deliver delivery arrive arrival reach ship shipping shipment shipped dispatch courier post bhej डिलीवरी डिलिवरी शिपिंग भेजते पहुँचाते',
  return: 'return refund exchange replace moneyback wapas wapsi vapas वापस वापसी रिफंड',
  hours: 'open opening close closing closed timing timings shut khulta band खुलता खुलते खुला बंद समय',
  pay: 'pay payment paying upi card cards credit debit cash cod wallet netbanking emi instalment installment bhugtan भुगतान पेमेंट',
  place:
    'address road street avenue lane floor nagar marg building address location located situated place store shop branch outlet showroom directions kahan पता कहाँ कहां दुकान',
  contact: 'contact call ring dial line phone number telephone email mail helpline whatsapp sampark संपर्क फोन नंबर ईमेल',
  discount: 'discount offer offers sale coupon voucher promo deal deals cheaper chhoot छूट ऑफर',
  cancel: 'cancel cancellation abort radd रद्द',
  pet: 'pet pets dog dogs cat cats animal animals कुत्ता',
  parking: 'parking park garage car पार्किंग',
  internet: 'internet wifi wireless wlan',
  cooling: 'aircon ac airconditioning conditioning airconditioner',
  repair: 'repair fix mend rewire restore marammat मरम्मत',
  change: 'change modify edit reschedule move postpone shift badal बदल',
  child: 'child children kid kids baby babies toddler bachche bachcha बच्चे बच्चा',
  track: 'track tracking status whereabouts ट्रैक',
  warranty: 'warranty guarantee guaranteed वारंटी गारंटी',
  broken: 'broken damaged damage defective faulty cracked leaking wrong toota टूटा खराब',
  size: 'size sizes big large metre metres meter meters fit measurement dimension dimensions weight weigh साइज',
  free: 'free complimentary gratis muft मुफ्त फ्री',
  bulk: 'bulk wholesale large quantity corporate thok थोक',
  gift: 'gift gifting present gifts tohfa तोहफा उपहार',
  appointment: 'appointment booking book reserve reservation slot अपॉइंटमेंट बुकिंग',
  quick: 'quick fast express soon urgent rush jaldi जल्दी',
  abroad: 'abroad international internationally overseas foreign outside videsh विदेश',
  safe: 'safe secure security privacy private data सुरक्षित',
  account: 'account login password signin profile खाता',
  invoice: 'invoice bill receipt gst tax बिल',
  job: 'job jobs career careers hiring vacancy work नौकरी',
  stock: 'stock available availability uplabdh उपलब्ध',
  parcel: 'parcel packet package shipment पार्सल',
  duration: 'duration day days hour hours minute minutes week weeks din ghante दिन घंटे मिनट हफ़्ते',
  kind: 'kind kinds type types sort sorts variety varieties range',
  buy: 'buy purchase order orders kharid खरीद ऑर्डर',
  make: 'brew prepare steep cook banate बनाते',
  ingredients: 'ingredient ingredients contain contains made make makes making',
}

export const THESAURUS: ReadonlyMap<string, string> = new Map(
  Object.entries(GROUPS).flatMap(([concept, words]) => words.split(' ').map((word): [string, string] => [word, concept])),
)

/** The concept a word stands for, if it is a common one. Words come in lower case, unstemmed. */
export function conceptOf(word: string): string | undefined {
  return THESAURUS.get(word) ?? THESAURUS.get(word.replace(/(?:ing|ed|s)$/, ''))
}
