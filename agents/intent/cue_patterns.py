"""The phrases behind the cues, in English, German, French and Spanish. General business language, nothing of one company."""

import re
from typing import NamedTuple


class Hint(NamedTuple):
    """A pattern and how strongly, 0 to 1, it speaks."""

    weight: float
    pattern: re.Pattern[str]


def any_of(*patterns: str) -> re.Pattern[str]:
    """One pattern that matches what any of these does, whatever the case."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def _hint(weight: float, *parts: str) -> Hint:
    """``parts`` are pieces of one pattern."""
    return Hint(weight, re.compile("".join(parts), re.IGNORECASE))


_VENDOR = r"(?:vendors?|providers?|suppliers?|tools?|platforms?|solutions?|products?|compan(?:y|ies)|systems?|software)"
_BOND = r"(?:contract|subscription|agreement|account|workspace|plan|licen[cs]es?|membership|service|partnership|relationship)"
LEAVE = any_of(
    rf"\b(?:switch\w*|mov(?:e|ed|ing)|go|going|look\w*|evaluat\w+|consider\w*|testing|tested|cho(?:se|osing)|decided (?:on|for)"
    rf"|migrat\w+|talking)\b[^.?!\n]{{0,30}}"
    rf"\b(?:another|other|different|cheaper|alternative|replacement|competing|competitor['’]?s?)\s+(?:\w+ )?{_VENDOR}\b",
    rf"\b(?:another|a competing|a different) {_VENDOR} (?:has |have )?(?:made|offer\w*|won)|\b(?:switch|mov|go|turn"
    rf"|talk)\w* (?:over )?to (?:a |your |one of your )?competitors?\b",
    r"\b(?:take|move|bring|go|look|looking|going|taking|moving)\b[^.?!\n]{0,40}\b(?:elsewhere|somewhere else)\b|\blook\w* (?:at|for"
    r"|into) (?:alternatives|other options|a replacement)\b",
    r"\b(?:not|won['’]?t|n['’]t|no longer|never) (?:be )?(?:renew\w*|extend\w*|sign(?:ing)? (?:again|another|in \w+))\b"
    r"|\bdecided against (?:renew\w+|extend\w+)",
    rf"\b(?:cancel\w*|terminat\w+|clos(?:e|ing)|quit\w*|discontinu\w+|end(?:ing)?)\b (?:our|my|this|the"
    rf"|all our) (?!\w* ?newsletter)(?:\w+ ){{0,2}}{_BOND}\b(?! to (?:\w+ ){{1,3}}newsletter)",
    r"\bwe(?:['’]re| are| will be| might be| may be)? (?:leave|leaving|out of here|done with (?:you|it|fernhill)|walking away"
    r"|moving on|gone)\b(?! (?:the office|early|on holiday|for))"
    r"|\b(?:(?:lose|losing) (?:us|me|a customer|our business|this account)|take our business|(?:think\w*|consider\w*) (?:of"
    r"|about)? ?(?:leaving|cancel\w*|switching))\b",
    r"\b(?:notice|letter|confirm\w*|receipt) of (?:our |the )?(?:termination|cancellation)\b|\bour (?:termination"
    r"|cancellation) (?:letter|notice)\b",
    r"\b(?:wir|ich) (?:\w+ ){0,3}?(?:kündigen|kündige)\b|\bkündig(?:en|e) (?:wir|ich)\b|\b(?:möchten?|wollen|überlegen|müssen"
    r"|werden)\b[^.?!\n]{0,60}\bkündigen\b|\banbieterwechsel\b"
    r"|\b(?:anderen?|neuen) anbieter\w*|\b(?:nicht|nicht mehr) (?:zu )?verlängern\b|\bzur konkurrenz\b|\b(?:zum|einem) wettbewerber\b",
    r"\b(?:souhait\w+|voul\w+|veux|allons|vais|décidé de|envisag\w+ de)\b[^.?!\n]{0,30}\brésilier\b|\brésiliation de (?:notre|mon)\b"
    r"|\b(?:d['’]autres|une autre|un autre) (?:solutions?|prestataires?|fournisseurs?|outils?)\b"
    r"|\bchanger de (?:fournisseur|prestataire)\b|\bne (?:pas renouvel\w+|renouvel\w+ pas)\b|\b(?:nous|on) (?:vous )?(?:quitt\w+"
    r"|part(?:ons|ira))\b",
    r"\b(?:dar(?:me|nos)?|damos|dé) de baja (?:el|la|nuestr\w+|mi|del)\b|\bdar(?:me|nos) de baja\b|\bcancelar (?:el|nuestro|mi|la"
    r"|nuestra) (?:contrato|servicio|suscripción|plan)\b|\bno (?:vamos a |queremos |pensamos )?renovar\w*"
    r"|\b(?:otro|otros|cambiar de) proveedor(?:es)?\b|\bnos (?:vamos|iremos) (?:a|con)\b",
)
ONLY_ASKED = re.compile(
    r"(?:\bhow (?:do|can|to|would|could|does)\b|\bif (?:i|we|you)\b|\bwhat happens\b|\bis it possible\b|\b(?:can|could|may) (?:i|we)\b"
    r"|\bwhether\b|\bbefore\b|\bno (?:plans?|intention|wish)\b|\bnewsletter\b"
    r"|\b(?:not|don['’]?t|didn['’]?t|won['’]?t|never|without|nicht|kein\w*|pas|sans|sin)\b(?!\s+(?:renew|be renew|extend|verläng"
    r"|renouv))|\bwenn (?:ich|wir)\b|\bwie (?:kann|können)\b|\bcomment\b|\bcómo\b)[^.?!\n]{0,30}$",
    re.IGNORECASE,
)
STAYING = re.compile(r"renew|extend|sign|verläng|renouvel|renov", re.IGNORECASE)
"""Who denies that leaves."""
_LAWYER = r"(?:lawyers?|attorneys?|solicitors?|legal (?:team|department|counsel|advis[eo]rs?)|counsel|barristers?|insurers?)"
LEGAL = any_of(
    r"\b(?:sue|suing|sued)\b(?= (?:you|your|u|fernhill|the company|for|over|them|if)\b)|\blawsuits?\b|\blitigat(?:e|ion) (?:against|if"
    r"|will|is)\b|\blegal (?:action|proceedings|steps|consequences|papers|recourse)\b"
    r"|\b(?:to|in|into|before|through|via) (?:the )?(?:small claims )?courts?\b(?! ?(?:house|yard|side))|\bcourt (?:action|proceedings|order|claim|hearing"
    r"|judgment)\b|\bjudgment debt\b|\bsmall claims\b|\bclass action\b|\bcivil (?:claim|one|suit)\b",
    r"\b(?:injunction|injunctive relief|subpoena|statutory demand|insolvency petition|winding[- ]up|wind up your|counterclaim|tort)\b"
    r"|\bissue a writ\b|\b(?:bring|file|filing|commence)\b[^.?!\n]{0,15}\b(?:legal action|suit|law ?suit|(?:legal|civil|court|compensation|damages) claim|claim (?:in|at|with the) (?:\w+ )?court|charges against)\b"
    r"|\bletter before (?:action|claim)\b|\bcease and desist\b|\bwithout prejudice\b|\bcease using\b|\bpolice report (?:against|on|about) (?:you|your)\b"
    r"|\bregulatory complaint\b",
    r"\b(?:seek\w*|claim\w*|demand\w*|recover\w*|liable for|sue for|pursue\w*) (?:\w+ ){0,3}?(?:damages|legal compensation|compensation (?:in|through|via) (?:\w+ )?court|losses|costs)\b"
    r"|\b(?:damages|compensation) (?:claim|amounting)\b|\bclaim for damages\b|\bhold (?:you|your company|fernhill) (?:\w+ )?(?:liable"
    r"|responsible|accountable)\b",
    r"\b(?:material |clear |serious )?breach of (?:contract|(?:our|the|your) (?:agreement|contract|sla|obligations))\b|\bin breach\b"
    r"|\b(?:notice|declaration) of (?:breach|default|dispute)\b|\breserves? (?:all|our|its|the) (?:\w+ )?rights?\b|\binfring\w+ (?:our"
    r"|my|on our)\b|\blibel\w*|\bdefam\w+",
    rf"\b(?:our|my|the|an?) {_LAWYER}(?: \w+)? (?:will|shall|is going to|are going to|(?:has|have) been (?:instructed|told|informed)"
    rf"|(?:is|are) (?:preparing|drafting|ready))\b|\b(?:hear|hearing|letter) from (?:our|my|the) {_LAWYER}\b"
    rf"|\b(?:instruct\w*|involve|engage|engaging|retain\w*|speak to|talk to|consult\w*|contact\w*|call(?:ing)?|get|hired?) (?:our |my "
    rf"|a |an )?{_LAWYER}\b(?! (?:reviews?|checks?|about the (?:contract|msa|dpa)))",
    r"\b(?:rechtliche[nr]? (?:schritte|konsequenzen|maßnahmen)|rechtsweg|klage (?:einreichen|erheben)|verklagen|gerichtlich\w*"
    r"|vor gericht|mahnbescheid|abmahnung|schadens?ersatz\w*|vertragsbruch|strafanzeige|einstweilige\w*)\b"
    r"|\b(?:unser\w*|mein\w*|einen?) (?:rechts)?anw[aä]lt\w*\b[^.?!\n]{0,40}\b(?:meldet|melden|eingeschaltet|beauftragt|einschalten"
    r"|übergeben|wird|werden)\b|\bhören von unsere[rmn]? \w*anw\w+",
    r"\b(?:mise en demeure|action en justice|poursuites? (?:judiciaires?|en justice)|poursuivre en justice|voie judiciaire"
    r"|dommages et intérêts|dommages-intérêts|porter plainte)\b|\bsaisi\w* (?:le |la |les )?(?:tribunal|justice|tribunaux|prud)"
    r"|\b(?:notre|mon|nos) avocats? (?:va|vont|prendr\w+|vous|est mandat\w+|a été)\b|\bassign\w+ en\b",
    r"\b(?:acciones legales|demandar(?:les|los|emos)?|burofax|vía judicial|daños y perjuicios|ante los tribunales|denunciar\w*)\b"
    r"|\bacudir\w* a (?:los |la )?(?:tribunales|justicia|juzgado)\w*|\b(?:nuestro|mi)s? abogad\w+ (?:se pondr\w+|va a|les"
    r"|contactar\w+)",
)
COMPLAINT = any_of(
    r"\b(?:unacceptable|inacceptable|outrageous|outraged|appall\w+|disgrace\w*|disgust\w+|furious|fed up|incompetent|incompetence"
    r"|unprofessional|ridiculous|shambles|fiasco|rip[- ]?off|condescending|negligen\w+)\b",
    r"\b(?:terrible|awful|horrible|shocking|dreadful|poor|lousy|worst|pathetic|atrocious|abysmal|very bad"
    r"|bad) (?:customer )?(?:service|support|experience|quality|communication|company|product|treatment|handling)\b"
    r"|\bworst\b[^.?!\n]{0,20}\b(?:ever|experience)\b",
    r"\b(?:very|extremely|deeply|really|so|bitterly|highly|utterly|increasingly|most) (?:disappoint\w+|unhappy|dissatisfied"
    r"|frustrat\w+|upset|angry|annoyed)\b|\b(?:unhappy|dissatisfied|disappointed|displeased|not (?:at all )?(?:happy|satisfied"
    r"|impressed)) (?:with|by|in|at|about)\b|\bbeyond angry\b|\bashamed\b",
    r"\b(?:file|filing|make|making|lodg\w+|rais\w+|register\w*|submit\w*|formal|official|serious|written|third"
    r"|second) (?:an? )?(?:\w+ )?(?:complaints?|reclamations?)\b|\b(?:consumer|customer) (?:complaint|claim)\b|\bclaim against (?:you"
    r"|your|ur)\b|\bcomplain(?:ing)? (?:about|to|formally)\b|\bto complain\b",
    r"\b(?:let (?:us|me) down|failed us|had enough(?! of (?:a|the))|had it with|waste of (?:time|money)|no way to (?:treat|run)"
    r"|how dare|run out of patience|patience is (?:over|gone|at an end)|lost (?:all )?(?:trust|confidence|faith)|nobody (?:cares"
    r"|takes))\b",
    r"\bthis is (?:a |an )?(?:absolute |complete |total |such a )?(?:joke|disaster|scandal|insult|unbelievable|nonsense)\b|\b(?:demand"
    r"|expect|want|owe us|owed) (?:an? )?(?:\w+ )?(?:apology|explanation from)\b|\bwe (?:formally |strongly )?dispute (?:this|the|your"
    r"|these|that|invoice)\b",
    r"\b(?:escalat\w+|take|bring|raise) (?:this|it|the \w+|our \w+)\b[^.?!\n]{0,30}\b(?:to|with|at) (?:your |the |someone |somebody "
    r"|executive )?(?:senior|management|director\w*|executive\w*|ceo|board|leadership|vp|boss|sponsor|head)\b",
    r"\b(?:unzumutbar|inakzeptabel|nicht (?:länger )?(?:hinnehmbar|akzeptabel)|unverschämt\w*|frechheit|beschwer(?:e|en|de) (?:mich"
    r"|uns|einreichen|einlegen)|(?:offizielle|formelle|meine|unsere) beschwerde|(?:mich|uns) (?:\w+ ){0,2}beschweren|sehr enttäuscht"
    r"|maßlos|stinksauer|katastroph\w+|so geht man)\b",
    r"\b(?:inadmissible|inacceptable|scandaleu\w+|honteu\w+|lamentable|très (?:déçue?s?|mécontente?s?)|exaspér\w+"
    r"|déposer une (?:réclamation|plainte)|réclamation officielle|se moque)\b",
    r"\b(?:inaceptable|inadmisible|vergonz\w+|indignad\w+|muy (?:decepcionad\w+|insatisfech\w+|molest\w+)|presentar una (?:queja"
    r"|reclamación)|queja formal|pésim\w+|una vergüenza|promesas incumplidas)\b",
)
URGENT = (
    _hint(
        0.6,
        r"\b(?:urgent\w*|asap|a\.s\.a\.p|emergency|immediate(?:ly)?|right now|right away|at once|time[- ]critical|dringend\w*"
        r"|sofort",
        r"|umgehend|notfall|urgence|immédiate(?:ment)?|tout de suite|inmediat\w+|ya mismo|cuanto antes|au plus vite)\b",
    ),
    _hint(
        0.5,
        r"\b(?:(?:production|everything|whole (?:site|system|company)|system|site|service|platform) (?:is |are "
        r"|has been )?(?:down",
        r"|unreachable|offline)|nobody can (?:work|log)|at a standstill|stand(?:en)? still"
        r"|geht (?:gar )?nichts mehr|komplett\w* ausfall",
        r"|tout est bloqué|plus rien ne)\b",
    ),
    _hint(
        0.4,
        r"\b(?:critical|blocked|blocking|blocker|stuck|can(?:no|['’])t work|losing money|time[- ]sensitive|high priority",
        r""
        r"|top priority|eilt|eilig|blockiert|bloquée?s?|bloquead\w+|se cayó)\b",
    ),
    _hint(
        0.3,
        r"\b(?:today|tonight|this (?:morning|afternoon|evening)|within (?:the|an|one|two|\d+) (?:next )?hours?|in (?:an|one"
        r"|two",
        r"|\d+) hours?|(?:by|before|until) (?:noon|midnight|eod|cob|tomorrow|end of (?:the )?day|\d{1,2}(?::\d\d)? ?(?:am"
        r"|pm))",
        r"|heute(?: noch)?|aujourd['’]hui|hoy(?: mismo)?)\b",
    ),
    _hint(
        0.2,
        r"\b(?:deadline|by (?:monday|tuesday|wednesday|thursday|friday)|tomorrow|frist|bis (?:morgen|freitag|montag)",
        r""
        r"|d['’]ici (?:demain|vendredi|lundi)|antes del? (?:lunes|viernes)|mañana|as soon as possible|soon|quickly)\b",
    ),
)
CALM = re.compile(
    r"\b(?:no (?:rush|hurry|urgency)|not (?:that |very |really )?urgent|whenever (?:you|it)|take your time|when you (?:get|have) (?:a"
    r"|the) (?:chance|moment|time)|nicht (?:so )?(?:dringend|eilig)|keine eile|pas urgent|rien d['’]urgent|no es urgente|sin prisa)\b",
    re.IGNORECASE,
)
BAD = (
    _hint(
        0.35,
        r"\b(?:wtf|bullshit|shit\w*|fuck\w*|damn|idiots?|morons?|scam\w*|liars?|lying|useless|hate|crap|sucks?|thieves"
        r"|rubbish",
        r"|garbage|scheiß\w*|idioten|merde|mierda|inútil(?:es)?|estafa|arnaque)\b",
    ),
    _hint(
        0.3,
        r"\b(?:angry|upset|annoyed|annoying|unhappy|disappoint\w+|frustrat\w+|dissatisfied|terrible|awful|horrible|worst"
        r"|nightmare",
        r"|disaster|verärgert|enttäuscht|unzufrieden|déçue?s?|mécontent\w*|furieu\w+|decepcion\w+|enfadad\w+"
        r"|molest[oa]s?)\b",
    ),
    _hint(
        0.2,
        r"\b(?:again and again|for weeks|for days|still (?:no|not|nothing|waiting|broken)|no (?:one|body) (?:answers?"
        r"|repl\w+",
        r"|responds?)|nobody (?:answers?|repl\w+|responds?)|third time|how many times|seit wochen|immer noch (?:nicht"
        r"|keine)",
        r"|toujours (?:rien|pas)|sigue sin|otra vez)\b",
    ),
    _hint(
        0.15,
        r"\b(?:problem\w*|fail\w*|broken|wrong|error|issue|complain\w*|slow|sorry to say|unfortunately|leider"
        r"|malheureusement",
        r"|lamentablemente)\b|\?{2,}|!{2,}",
    ),
)
GOOD = (
    _hint(
        0.4,
        r"\b(?:love|amazing|awesome|excellent|fantastic|brilliant|wonderful|perfect|outstanding|delighted|super|toll"
        r"|hervorragend",
        r"|perfekt|parfait|génial\w*|excelente|perfecto|genial)\b",
    ),
    _hint(
        0.3,
        r"\b(?:great|happy|pleased|glad|good (?:job|work)|well done|impressed|appreciate\w*|helpful|lovely|solved|zufrieden"
        r"|geklappt",
        r"|content\w* de|ravi\w*|satisfait\w*|content[oa]s?|encantad\w+|estupendo)\b",
    ),
    _hint(0.15, r"\b(?:thanks|thank you|thx|cheers|nice|danke\w*|vielen dank|merci|gracias|good)\b"),
)
NEGATED = re.compile(
    r"(?:\bnot|n['’]t|\bnever|\bno|\bnicht|\bkeine?|\bpas|\bhardly|\bless than|\bwould be|\bwäre)(?:\W+\w+){0,2}\W+$", re.IGNORECASE
)
