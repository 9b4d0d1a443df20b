"""The phrases behind a request for a person, in English, German, French and Spanish, and those that take one back."""

import re

from agents.intent.cue_patterns import any_of

_KIND = (
    r"(?:real|live|actual|human|normal|proper|different|another|other|senior|customer|client|support|service|care|sales|billing"
    r"|technical|tech"
    r"|legal|some|damn|damned|goddamn|bloody|fucking|fking|nice)"
)
_DETERMINER = r"(?:an?|the|one of|any|some|your|ur|to|with|(?:my|our)(?= (?:account|success|customer success) )|account|success)"
_PERSON = (
    rf"(?:(?:{_DETERMINER}|{_KIND}) ){{0,5}}(?:humans?(?: beings?)?|person|people|agents?|rep|reps|representatives?|operators?"
    rf"|advis[eo]rs?|assistants?|"
    r"someone|somebody|anyone|anybody|colleagues?|staff(?: members?)?|employees?|guys|team ?mates?|team|members? of (?:your "
    r"|the )?(?:\w+ )?(?:staff|team)|"
    r"supervisors?|managers?|directors?|boss|ceo|specialists?|consultants?|support|sales|customer (?:service|care|support))\b"
    r"(?!['’]s\b| else['’]?s|[- ](?:resources|error|rights|readable|capital|version|software|install\w*|process|log|logs|string|header"
    r"|node|server|config\w*|key|keys)\b)"
)
_SAY = r"(?:speak|talk|chat|converse|deal|communicate|get in touch|get through|be (?:connected|transferred|put through))"
_SAYING = r"(?:speaking|talking|chatting|contacting|connecting|getting in touch)"
ALONE = re.compile(
    r"\W*(?:(?:an?|the|live|real|actual|talk to|speak to|get|need|want|i need|i want|give me|get me|connect|to|ask|customer|support"
    r"|chat|with|service|hello|hi|stop|bot|"
    r"fucking|damn|robot)\W+)*"
    r"(?:humans?(?: being)?|person|agents?|rep|reps|representative|operator|csr|supervisor|manager|live chat|real one|someone real"
    r"|customer rep|"
    r"mensch(?:en)?|mitarbeiter(?:in)?|berater(?:in)?|ansprechpartner|humain|conseill[eè]re?|personne|agente|persona|humano|asesora?"
    r"|operadora?|un operador|"
    r"call ?back|call me(?: back)?|phone me|rückruf|hotline|transfer me|(?:someone|somebody|anyone|anybody)(?=\W+(?:pls|plz|please"
    r"|there|real|help)))"
    r"(?:\W+(?:now|pls|plz|please|asap|agent|rep|human|operator|help|bitte|svp|por favor|real|there|today|someone|jetzt))*\W*",
    re.IGNORECASE,
)
_TELLING = r"(?:talk\w*|speak\w*|chat\w*|discuss\w*|shar\w+|deal\w*|giv\w+|tell\w*)"
_DEPARTMENT = (
    r"(?:team|desk|front desk|reception(?:ist)?|restaurant|spa|gym|pool|bar|kitchen|concierge|housekeeping|cleaners?|room service|hotel"
    r"|warehouse|store|shop|branch|bank|bank worker|office|department|technician|engineer|owner|executive|clerk|teller|doctor|nurse|driver"
    r"|call cent(?:er|re)|help ?desk)\b(?! (?:app|plan|account|system|software|website|page))"
)
_THINGS = (
    r"(?:internet|wi-?fi|network|server|app|apps|system|account|plan|vpn|api|site|website|database|portal|bot|page|cloud|card|bank"
    r"|service|car"
    r"|platform|device|printer|link|list|cart|store|new|other|old|same|next|right|wrong)\b"
)
WISH = any_of(
    rf"\b{_SAY}(?: directly)?(?: (?:to|with))? {_PERSON}",
    rf"\b(?:to|help|assistance|need|like|want|about|prefer|for|mind|of)\W+(?:me |with )?{_SAYING} (?:to |with )?{_PERSON}",
    rf"\b(?:to|wanna|help me|can i|can we|could i|how (?:do|can|could|would) (?:i|we)) (?:contact|reach|call|phone|get hold of"
    rf"|get a hold of|find|ask) {_PERSON}"
    rf"|^\W*(?:contact|reach|{_SAYING})(?: to| with)? {_PERSON}",
    r"\b(?:(?:contact|reach|get hold of)(?:ing)? (?:an? |any )|contacting )(?:real |live |human )?(?:human|person|agent|rep"
    r"|representative|operator|somebody|someone|assistant)\b",
    rf"\b(?:connect|transfer|switch|redirect|forward|escalate|pass|hand|refer|patch|put|route|give)(?: (?:me|us|it|this|that|the|chat"
    rf"|case|conversation|call|ticket|over|through|on))*"
    rf" (?:to|with|on to|onto) {_PERSON}",
    r"\b(?:connect|get|give|find|send|bring|want|need|prefer|assign|have)(?: me| us)?(?: to)? (?:an? |the |to )?(?:(?:real|live"
    r"|actual|human|physical|breathing)[- ,]?)+"
    r"(?:person|being|agent|rep|representative|operator|one|support|help|assistance|contact)\b",
    r"\b(?:get|give|find|need|want) (?:me |us )?(?:an? |the )?(?:human|representative|operator|rep)\b(?! (?:resources|error|rights))"
    r"|\b(?:get|give|bring|let) (?:me|us) (?:an? |some ?)?(?:person|someone|somebody|human|one who)\b|\b(?:transfer"
    r"|connect) (?:me|us)(?: now| pls| please)*\s*(?:$|[.!?])",
    r"\b(?:a|any|an) (?:real |actual |live |nice )*(?:human|person)s?\b[^.?!\n]{0,25}\b(?:answer|reply|respond|help|read|ring|call"
    r"|phone|explain)",
    r"\bput (?:an? |the )?(?:real )?(?:human|person|someone|somebody) on\b|\b(?:live|human) (?:agent|chat|support|operator"
    r"|representative|assistance)\b(?!s? (?:told|said))",
    r"\b(?:can|could|would|will|may|is there|are there|do you have)\W+(?:please )?(?:someone|somebody|anyone|anybody|one of (?:your"
    r"|you)\W?\w*(?: \w+)?|an? (?:\w+ )?(?:colleague|member of (?:your )?(?:staff|team)|"
    r"human|person|manager|agent|representative)|(?:our|my|your) account manager)\b[^.?!\n]{0,30}?\b(?:call|ring|(?:tele)?phone|buzz"
    r"|chat|speak"
    r"|talk|contact me|contact us|jump on|get on|hop on|available to|pick up)\b",
    r"\b(?:someone|somebody|anyone|anybody|person)\b[^.?!\n]{0,40}\b(?:i|we) (?:can|could|may) (?:speak|talk|chat)\b",
    r"\bis (?:anyone|anybody|somebody|someone) (?:really |actually )?(?:there|real|alive|human|available)\b|\b(?:anyone|anybody"
    r"|somebody) (?:there|home|alive)\b",
    r"\bis there (?:an? |any )?(?:real |actual |live )?(?:human|person|agent|operator|representative)\b",
    r"\b(?:not|no more|stop with|sick of|tired of|enough of|instead of|rather than|hate|fed up with|useless|stupid|only get"
    r"|do ?n['’]?t want)\b(?: \w+){0,5}? (?<!am not a )(?<!['’]m not a )(?<!are not a )(?:bots?|robots?|chat ?bots?|ai"
    r"|auto(?:mated)? ?(?:reply|replies|responses?"
    r"|messages?))\b",
    rf"\b(?:not|n['’]?t|stop|tired of|sick of|hate)\b[^.?!\n]{{0,40}}\b{_TELLING} (?:[\w'’]+ ){{0,4}}?(?:with|to) (?:an? |your |this "
    rf"|the )?"
    r"(?:machine|computer|robot|bot|assistant|algorithm)\b|\bnon[- ]?(?:robot(?:ic)?|bot|ai|automated) (?:agent|person|support|one)s?\b",
    rf"\b(?:speak|talk|have a (?:chat|word)|(?:connect|transfer|pass|patch|put) (?:me|us)(?: through)?)(?: directly)? (?:to|with) "
    rf"(?:the|your|some of your|(?:somebody|someone) at the|an?) (?:\w+ )?{_DEPARTMENT}",
    rf"\b(?:connect|transfer|pass|patch|put) (?:me|us)(?: through| directly| over)? (?:to|with) (?:the|your) (?!{_THINGS})\w+(?: team"
    rf"| desk| department)?\W*$",
    r"\b(?:get|put) (?:me |us )?(?:an? |the |your |some ?)?(?:person|manager|supervisor|agent|one"
    r"|body)(?: else)?(?: \w+)? on the (?:line|phone)\b",
    r"\b(?:get|put) (?:me|us)\b[^.?!\n]{0,20}\b(?:on )?to an? (?:real )?(?:human|person|agent)\b|\b(?:get|put) (?:me"
    r"|us) (?:through )?to some(?:one|body) else\b|\b(?:can|could|would|will|may|let|want|need)\b[^.?!\n]{0,12}\bsome(?:one|body) else"
    r"\b[^.?!\n]{0,12}\b(?:help|look|take|handle|deal)\b|\b(?:get|find) some(?:one|body) (?:else )?to help\b",
    r"\bi do ?n[o'’]?t want to (?:talk|speak|chat) (?:to|with) you\b|\bi (?:want|need|would like"
    r"|['’]d like)\b[^.?!\n]{0,40}\bfrom an? (?:real |human "
    r"|live )?(?:agent|human|person|representative)\b",
    r"\b(?:chat ?bot|bot|robot)s? (?:is|are) (?:so |completely |totally )?(?:useless|no help|not helping|stupid|hopeless|rubbish)",
    r"(?:^|[.!?,;:\n]\s*|\b(?:please|pls|plz|kindly|just|can you|could you|would you|will you|can u|someone|somebody|(?:someone"
    r"|somebody|person|you|agent|rep|manager) to)\s+)(?:please )?(?:call|ring|phone) (?:me|us)(?: back)?"
    r"(?=\s*(?:$|[.!?,;\n+(]|on\b|at (?:\+|\(|\d{3})|back|today|now|asap|tomorrow|this (?:morning|afternoon|evening|week)|when|please"
    r"|pls|about|before|after|between|regarding|urgently|immediately|soon|instead|under\b))|\bcall (?:me|us) back\b",
    r"\b(?:need|want|like|request|requesting|arrange|schedule|book|expect|get|have|appreciate|waiting for"
    r"|prefer)\b(?! any missed)[^.?!\n]{0,12}\b(?:call ?-?back|phone call (?:from|with|back)|call from)\b|\bcall ?back (?:requested"
    r"|please|pls"
    r"|needed)",
    r"\bgive (?:me|us) a (?:quick |short )?(?:call|ring|buzz|bell)\b|\bbe called back\b",
    r"\b(?<!work )(?:phone|telephone|hotline|helpline|direct) (?:number|line|hours)\b(?! of (?!some|any|your))[^.?!\n]{0,40}\b(?:call"
    r"|support|speak|talk|you|somebody"
    r"|someone)\b|\bnumber (?:i|we) can (?:call|ring)\b"
    r"|\byour (?:\w+ )?(?:phone|telephone) hours\b|\b(?:customer|support|service) (?:hotline|helpline)\b"
    r"|\b(?:what(?:['’]?s| is)|do you have|give me|send me|is there|need) (?:your |an? )(?:\w+ )?(?:hotline|helpline|(?:phone"
    r"|telephone|support) (?:number|line))\b"
    r"|\b(?:can|could|may) (?:i|we|you|this) [^.?!\n]{0,12}\b(?:discuss|talk|speak|sort|help|explain|clarify|reach|do (?:this|it|that)"
    r"|go (?:through|over))\b[^.?!\n]{0,30}\b(?:by|over the|on the) phone\b",
    r"\b(?:mit|an) (?:einem|einer|jemande?[mn]?|ihrem|ihrer|euch|ihnen|dem|der|den|einen)\b(?:\W+\w+){0,4}?\W+(?:sprechen|reden"
    r"|telefonieren|verbinden|verbunden|weiterleiten|chatten)\b",
    r"\bmit jemande?[mn]?\W+(?:\w+\W+){0,3}?(?:sprechen|reden)|\b(?:echte[nrsm]?|richtige[nrm]?|lebende[nr]?) (?:menschen?|person"
    r"|mitarbeiter\w*|ansprechpartner\w*)"
    r"|\bverbinden sie mich|\bist (?:da |hier |bei ihnen )?jemand (?:da|erreichbar|zu sprechen)",
    r"\brufen sie (?:mich|uns)\b|\bruft (?:mich|uns) (?:bitte )?(?:zurück|an)|\b(?:um|bitte|einen|erbitte|wünsche"
    r"|auf) (?:um )?(?:einen |ihren |eine[nr]? )?rückruf\b|\brückruf (?:bitte|erbeten|erwünscht)"
    r"|\b(?:zurückrufen|zurückgerufen)\b|\bkein(?:en)? (?:bot|roboter|automat)\w*",
    r"\b(?:parler|échanger|discuter|parle) (?:directement )?(?:à|avec|a) (?:une?|quelqu|vos|votre|l[ae]|l['’])|\b(?:vraie?"
    r"|véritable) (?:personne|humain|conseill|interlocut)"
    r"|\b(?:mis(?:e)? en (?:relation|contact)|mettre en (?:relation|contact)|mettez-moi en|passez-moi)\b",
    r"\b(?:rappelez|appelez|rappeler|appeler)[- ](?:moi|nous)\b|\b(?:me|nous) (?:rappeler|rappeliez|rappelle|appeler|téléphoner)\b"
    r"|\bêtre (?:rappelée?|contactée? par téléphone)|\bil y a quelqu|\bpas (?:à |un )?(?:un )?(?:robot|bot)\b",
    r"\bhablar (?:directamente )?con (?:una?\b|algui?e|su\b|el\b|la\b)|\b(?:persona|agente|humano) (?:real|humana?|de verdad)\b"
    r"|\b(?:páse(?:n)?me|pase(?:n)?me|comun[ií]que(?:n)?me|con[eé]cte(?:n)?me|p[aá]same) con\b",
    r"\b(?:me|nos) (?:llame[ns]?|devuelva[ns]? la llamada|puede[ns]? llamar|atienda una persona)\b|\bll[aá]me(?:n)?(?:me|nos)\b"
    r"|\b(?:un|una) (?:agente|operadora?|asesora?) (?:por favor|humano)|\bno (?:con )?(?:el |un )?(?:robot|bot)\b",
)
DENIED = re.compile(
    r"(?:\b(?:do ?n[o'’]?t|do not|does ?n['’]?t|does not|did ?n['’]?t|did not|not|never) (?:really |actually |even "
    r"|necessarily )?(?:need|want|wish|have|like|require|asking|ask|asked|prefer|looking)\b"
    r"|\bno need|\bwithout|\binstead of|\brather than|\bunnecessary|\bno reason|\bavoid\w*|\b(?:feel free|hesitate|welcome) to"
    r"|\bare you|\bwhat\s*$|\b(?:what (?:can|will|did|do|should|shall)|name)\b[^.?!;\n]{0,30}\b(?:you|to)"
    r"|\b(?:do|did|does|will|would) (?:i|we|they|he|she|users?) (?:really |still |always )?(?:need|have|got) to|\b(?:should|must) (?:i"
    r"|we)\b"
    r"|\b(?:customers?|users?|clients?|they|employees|approvers?|suppliers?|he|she|who) (?:can|could|cannot|can['’]?t|wants?|needs?"
    r"|has|have|had|wish|would|will|may|must|to)\b"
    r"|\b(?:can|could|do|may) (?:(?:our|the|your|all) )?(?:customers?|users?|clients?|people|they|employees|suppliers?)\b"
    r"|\b(?:promised|supposed|told (?:me|us|to)|asked (?:me|us)|(?:you|he|she|they) (?:wanted|were|said|promised|offered))\b"
    r"|\bif (?:you|they)\b|\bwhen you|\bwhenever"
    r"|\b(?:kein(?:en)?|nicht|ohne|sie (?:wollten|sollten))\b|\b(?:pas besoin|sans|inutile|ne (?:veux|souhaite|voulons) pas)\b"
    r"|\b(?:no (?:necesito|quiero|hace falta|queremos)|sin)\b)[^.?!;,\n]{0,30}$"
    r"|\b(?:if (?:you|they|there|anything)|when (?:you|he|she|they)|should you|falls sie|wenn sie|si vous|si tiene)\b[^.?!;\n]{0,90}$"
    r"|\bwhat (?:did|do|does|should|would|will|can|shall) (?:i|we|you|they)\b[^.?!;\n]{0,40}$|\bdo n[o'’]?t\s*$|\bn['’]t\s*$",
    re.IGNORECASE,
)
WANTING = re.compile(
    r"\b(?:how|why|where|when) (?:do|did|can|can['’]?t|should|would|will) (?:i|we)\b[^.?!;\n]{0,30}$|\bwhat (?:do|would|should"
    r"|must) (?:i|we) (?:(?:need|have|got) to )?do\b[^.?!;\n]{0,10}$|"
    r"\b(?:tried|trying) to[^.?!;\n]{0,6}$",
    re.IGNORECASE,
)
AGAINST_BOTS = re.compile(r"(?:bot|robot|machine|ai|roboter|automat|repl|respons|messages?)\w*$", re.IGNORECASE)
MENTION = re.compile(
    r"\b(?:humans?|persons?|people|some ?(?:one|body|1)|any ?(?:one|body)|nobody|agents?|reps?|representatives?|operators?"
    r"|advis[eo]rs?|advisers?"
    r"|assistants?|managers?|supervisors?|boss|owner|executives?|specialists?|consultants?|colleagues?|employees?|staff|team|crew|doctor"
    r"|technician|reception(?:ist)?|(?:front|help) ?desk|department|office|kitchen|customer (?:care|service|support)|support|live chat"
    r"|bots?"
    r"|chat ?bots?|robots?|machines?|computer|ai|automat\w+|talk\w*|speak\w*|chat\w*|call(?:ed|ing)?|call ?back|phone|telephone|ring"
    r"|reach|touch"
    r"|contact|escalat\w+|hand over|(?:put|get) (?:me )?through|interlocutor|contact person)\b",
    re.IGNORECASE,
)
DECLINED = re.compile(
    r"\b(?:do ?n[o'’]?t|do not|not|no|never|without|nothing)\b(?! (?:more|want to (?:talk|speak|chat|discuss)))(?: \w+){0,4}? "
    r"(?:agents?|reps?|representative|person|human|call(?:ed|s|ing)?(?: me| us)?(?: back)?)\b",
    re.IGNORECASE,
)
