import type { CallbackKey } from '../callback/words.ts'
import type { TermsKey } from '../panel/terms-words.ts'
import type { VoiceKey } from '../voice/words.ts'
import type { StringKey } from './index.ts'

/** हिन्दी */
export const strings = {
  'launcher.talk': 'हमसे बात करें',
  'launcher.callMe': 'मुझे कॉल करें',
  'launcher.open': 'बातचीत खोलें',
  'launcher.hide': 'छिपाएँ',
  'status.connecting': 'जुड़ रहा है',
  'status.listening': 'सुन रहा है',
  'status.thinking': 'सोच रहा है',
  'status.speaking': 'बोल रहा है',
  'status.reconnecting': 'फिर से जुड़ रहा है',
  'status.ended': 'कॉल समाप्त',
  'status.error': 'कुछ गड़बड़ है',
  'error.load_failed': 'पेज का यह हिस्सा नहीं खुला। अपना इंटरनेट देखें, फिर दोबारा कोशिश करें।',

  'panel.label': '{name} के साथ बातचीत',
  'panel.agent': 'एजेंट',
  'panel.ai': 'एआई एजेंट',
  'panel.close': 'बंद करें',
  'panel.minimise': 'पैनल छिपाएँ; कॉल चलती रहेगी',
  'status.idle': 'तैयार',

  'idle.start': 'बात शुरू करें',
  'idle.text': 'चैट शुरू करें',
  'idle.title': '{name} से बात करें',
  'idle.language': 'भाषा',

  'speech.on-device': 'आपका ब्राउज़र इसी उपकरण पर आपके शब्दों को लिखता है।',
  'speech.allowed': 'आपका ब्राउज़र आपके शब्दों को लिखता है, और इसके लिए आवाज़ अपने निर्माता को भेज सकता है।',

  'callme.open': 'मेरे फ़ोन पर कॉल करें',

  'log.label': 'अब तक की बातचीत',
  'log.visitor': 'आप',
  'log.agent': 'एआई एजेंट',
  'log.operator': 'टीम के सदस्य',
  'log.system': 'सूचना',
  'log.cut': 'यहाँ टोका गया',

  'write.label': 'आपका संदेश',
  'write.placeholder': 'संदेश लिखें',
  'write.send': 'भेजें',

  'control.keypad': 'कीपैड',
  'control.keypadHide': 'कीपैड छिपाएँ',
  'control.end': 'कॉल समाप्त करें',
  'control.interrupt': 'एजेंट को बोलने से रोकें',

  'speaker.operator': 'अब आप {name} से बात कर रहे हैं।',
  'speaker.someone': 'टीम के एक सदस्य',
  'speaker.agent': 'आप फिर से एआई एजेंट से बात कर रहे हैं।',

  'ended.visitor': 'आपने कॉल समाप्त की।',
  'ended.agent': 'एजेंट ने कॉल समाप्त की।',
  'ended.operator': 'टीम ने कॉल समाप्त की।',
  'ended.deadline': 'कॉल की समय सीमा पूरी हो गई।',
  'ended.page-close': 'पेज छोड़ने पर कॉल समाप्त हो गई।',
  'ended.connection': 'कनेक्शन टूट गया। यहीं से आगे बढ़ने के लिए फिर से कॉल करें।',
  'ended.error': 'कॉल हमारी ओर से कट गई। यहीं से आगे बढ़ने के लिए फिर से कॉल करें।',
  'ended.again': 'फिर से कॉल करें',
  'ended.lasted': 'अवधि {time}।',

  'error.retry': 'फिर कोशिश करें',
  'error.wait': '{seconds} सेकंड बाद कोशिश करें',
  'error.back': 'वापस',
  'error.network': 'एजेंट तक पहुँचना संभव नहीं हुआ। अपना इंटरनेट देखें, फिर दोबारा कोशिश करें।',
  'error.forbidden_origin': 'यह एजेंट इस पेज के लिए सेट नहीं है। यदि यह आपकी साइट है, तो इसका पता एजेंट के अनुमत पतों में जोड़ें।',
  'error.forbidden': 'यह एजेंट यहाँ से कॉल नहीं लेता।',
  'error.not_found': 'यह एजेंट अब यहाँ नहीं है। इस पेज पर हमसे संपर्क का दूसरा तरीका देखें।',
  'error.unauthorized': 'आपकी पहचान की पुष्टि नहीं हो सकी। पेज फिर से खोलें और पूछे जाने पर साइन इन करें।',
  'error.rate_limited': 'अभी यहाँ से बहुत सी कॉल हुई हैं। समय पूरा होते ही बटन चालू हो जाएगा।',
  'error.provider_unavailable': 'एजेंट अभी उपलब्ध नहीं है। एक मिनट में फिर कोशिश करें।',
  'error.internal': 'हमारी ओर कुछ गड़बड़ हुई। फिर कोशिश करें।',
  'error.unsupported': 'यह ब्राउज़र एजेंट की आवाज़ नहीं चला सकता। आप लिख सकते हैं, या नया ब्राउज़र इस्तेमाल करें।',
  'error.sound_failed': 'आवाज़ शुरू नहीं हो सकी। फिर कोशिश करें, या लिखें।',
  'error.consent_required': 'पहले पैनल में दी गई शर्तों से सहमत हों।',
  'error.canceled': 'कॉल शुरू नहीं की गई।',
  'error.token_failed': 'आपकी पहचान की पुष्टि नहीं हो सकी। पेज फिर से खोलकर कोशिश करें।',
  'error.not_in_call': 'अभी कोई कॉल नहीं चल रही। पहले कॉल शुरू करें।',
  'error.invalid_digits': 'केवल 0 से 9, A से D, * और # भेजे जा सकते हैं, और ठहराव के लिए w।',
  'error.invalid_text': 'संदेश खाली है या बहुत लंबा है।',
  'error.invalid_value': 'इस मान का उपयोग नहीं हो सकता।',
  'error.no_agent': 'पेज में यह नहीं लिखा कि किस एजेंट को कॉल करना है: agent-id चाहिए।',
  'error.unavailable': 'यह यहाँ उपलब्ध नहीं है।',
  'error.connection_lost': 'कनेक्शन टूट गया।',
  'error.replaced': 'कॉल दूसरी विंडो में चल रही है।',
  'error.write': 'लिखकर पूछें',
} satisfies Record<Exclude<StringKey, VoiceKey | CallbackKey | TermsKey>, string>
